import { busDown, busUp } from '#libs/bus';
import { recordsDown, recordsUp } from '#libs/records';
import { staffDown, staffUp } from '../auth/staff-table.js';
import { cityDown, cityUp } from '../database/city.js';

/** The tables of every service: records, outbox, tables of the bus, staff keys, city. */
export const serviceTablesUp: readonly string[] = [...recordsUp, ...busUp, ...staffUp, ...cityUp];

export const serviceTablesDown: readonly string[] = [...cityDown, ...staffDown, ...busDown, ...recordsDown];
