import { busDown, busUp } from '#libs/bus';
import { recordsDown, recordsUp } from '#libs/records';
import { staffDown, staffUp } from '../auth/staff-table.js';
import { cityDown, cityUp } from '../database/city.js';

/** The tables that every service has: records, outbox and what the bus keeps, keys of staff, whose city it is. */
export const serviceTablesUp: readonly string[] = [...recordsUp, ...busUp, ...staffUp, ...cityUp];

export const serviceTablesDown: readonly string[] = [...cityDown, ...staffDown, ...busDown, ...recordsDown];
