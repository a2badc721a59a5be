import { busDown, busFunctions, busTables, busUp } from '#libs/bus';
import type { RightsDeclaration } from '#libs/database';
import { recordsDown, recordsFunctions, recordsTables, recordsUp } from '#libs/records';
import { auditDown, auditTables, auditUp } from '../audit/audit-table.js';
import { nonceDown, nonceTables, nonceUp } from '../auth/nonce.repository.js';
import { staffDown, staffTables, staffUp } from '../auth/staff-table.js';
import { cityDown, cityTables, cityUp } from '../database/city.js';

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

/** What every service may do with the tables that every service has. */
export const serviceRights: RightsDeclaration = {
  tables: { ...recordsTables, ...busTables, ...staffTables, ...nonceTables, ...auditTables, ...cityTables },
  functions: [...recordsFunctions, ...busFunctions],
};
