import { commentsOn, wholeTimes } from '#libs/database';

import { outboxFunctions, outboxFunctionsDown } from './produce/outbox-functions.js';
import { transactionFunctions, transactionFunctionsDown } from './produce/transaction-functions.js';
import { busTables } from './tables.js';

/**
 * Creates the tables of the bus, for a TypeORM migration of each service. Run every statement in this order.
 *
 * The relay reads the outbox in the order (epoch, xid, seq). In the present epoch it reads only rows below the oldest
 * transaction that runs in this database, so that it never passes a row that commits late. After a dump and restore
 * transaction ids start again, so later rows carry a new epoch. Rows that were sent before the last nightly turn have
 * the epoch -1 and a random number in place of the transaction (`outbox-rest.ts`).
 */
export const busUp: readonly string[] = [
  `CREATE TABLE outbox_epoch (
     epoch integer NOT NULL,
     system_identifier text NOT NULL,
     CONSTRAINT outbox_epoch_key PRIMARY KEY (epoch)
   )`,
  `CREATE TABLE outbox (
     day date NOT NULL,
     epoch integer NOT NULL,
     xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
     seq integer NOT NULL,
     topic text NOT NULL,
     envelope bytea NOT NULL,
     CONSTRAINT outbox_key PRIMARY KEY (epoch, xid, seq, day)
   ) PARTITION BY LIST (day)`,
  `ALTER TABLE outbox ALTER COLUMN envelope SET STATISTICS 0, ALTER COLUMN envelope SET STORAGE EXTERNAL`,
  `CREATE TABLE relay_cursor (
     name text NOT NULL,
     epoch integer NOT NULL,
     xid xid8 NOT NULL,
     seq integer NOT NULL,
     until_epoch integer NOT NULL,
     until_xid xid8 NOT NULL,
     until_seq integer NOT NULL,
     asked_at timestamptz(0),
     CONSTRAINT relay_cursor_key PRIMARY KEY (name),
     CONSTRAINT relay_cursor_whole_minutes CHECK (${wholeTimes('asked_at', 'minute')})
   )`,
  `INSERT INTO relay_cursor VALUES ('live', 0, '0', 0, 0, '0', 0, NULL), ('replay', 0, '0', 0, 0, '0', 0, NULL)`,
  `CREATE TABLE sent_mark (
     topic text NOT NULL,
     partition integer NOT NULL,
     day date NOT NULL,
     first_offset bigint NOT NULL,
     next_offset bigint NOT NULL,
     CONSTRAINT sent_mark_key PRIMARY KEY (topic, partition, day)
   )`,
  `CREATE TABLE applied_offset (
     topic text NOT NULL,
     partition integer NOT NULL,
     next_offset bigint NOT NULL,
     CONSTRAINT applied_offset_key PRIMARY KEY (topic, partition)
   )`,
  `CREATE TABLE crash_loop_guard (
     topic text NOT NULL,
     partition integer NOT NULL,
     first_offset bigint NOT NULL,
     last_offset bigint NOT NULL,
     starts integer NOT NULL,
     CONSTRAINT crash_loop_guard_key PRIMARY KEY (topic, partition)
   )`,
  `CREATE TABLE circuit_breaker (
     name text NOT NULL,
     handled bigint NOT NULL,
     parked_at bigint[] NOT NULL,
     CONSTRAINT circuit_breaker_key PRIMARY KEY (name)
   )`,
  `INSERT INTO circuit_breaker VALUES ('consumer', 0, '{}'), ('relay', 0, '{}')`,
  ...outboxFunctions,
  ...transactionFunctions,
  ...commentsOn(busTables),
];

const names = ['circuit_breaker', 'crash_loop_guard', 'applied_offset', 'sent_mark', 'relay_cursor', 'outbox'];

export const busDown: readonly string[] = [
  ...outboxFunctionsDown,
  ...transactionFunctionsDown,
  ...[...names, 'outbox_epoch'].map((table) => `DROP TABLE ${table}`),
];
