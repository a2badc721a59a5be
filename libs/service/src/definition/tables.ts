import { busDown, busUp } from '#libs/bus';
import { recordsDown, recordsUp } from '#libs/records';
import { auditDown, auditUp } from '../audit/audit-table.js';
import { nonceDown, nonceUp } from '../auth/nonce.repository.js';
import { staffDown, staffUp } from '../auth/staff-table.js';
import { cityDown, cityUp } from '../database/city.js';

/** The tables of every service: records, outbox, tables of the bus, staff keys, spent nonces, audit, city. */
export const serviceTablesUp: readonly string[] = [
  ...recordsUp,
  ...busUp,
  ...staffUp,
  ...nonceUp,
  ...auditUp,
  ...cityUp,
];

export const serviceTablesDown: readonly string[] = [
  ...cityDown,
  ...nonceDown,
  ...auditDown,
  ...staffDown,
  ...busDown,
  ...recordsDown,
];
