import { busDown, busUp } from '#libs/bus';
import { recordsDown, recordsUp } from '#libs/records';
import { staffDown, staffUp } from '../auth/staff-table.js';

/** The tables that every service has: records, outbox and what the bus keeps, keys of staff. */
export const serviceTablesUp: readonly string[] = [...recordsUp, ...busUp, ...staffUp];

export const serviceTablesDown: readonly string[] = [...staffDown, ...busDown, ...recordsDown];
