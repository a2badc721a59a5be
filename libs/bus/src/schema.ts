/**
 * The tables of the bus, for a TypeORM migration of each service: run every statement in this order.
 *
 * The relay reads the outbox in the order of (epoch, xid, seq), and of the present epoch only what lies below the
 * oldest running transaction: a row of a late commit is then never overtaken. After a dump and restore transaction ids
 * begin anew, so rows written since carry a new epoch.
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
     record bytea NOT NULL,
     CONSTRAINT outbox_key PRIMARY KEY (epoch, xid, seq, day)
   ) PARTITION BY LIST (day)`,
  `ALTER TABLE outbox ALTER COLUMN record SET STATISTICS 0`,
  `CREATE TABLE relay_cursor (
     name text NOT NULL,
     epoch integer NOT NULL,
     xid xid8 NOT NULL,
     seq integer NOT NULL,
     until_epoch integer NOT NULL,
     until_xid xid8 NOT NULL,
     until_seq integer NOT NULL,
     asked_at timestamptz,
     CONSTRAINT relay_cursor_key PRIMARY KEY (name)
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
  `CREATE TABLE attempt (
     topic text NOT NULL,
     partition integer NOT NULL,
     first_offset bigint NOT NULL,
     last_offset bigint NOT NULL,
     starts integer NOT NULL,
     CONSTRAINT attempt_key PRIMARY KEY (topic, partition)
   )`,
];

export const busDown: readonly string[] = [
  'attempt',
  'applied_offset',
  'sent_mark',
  'relay_cursor',
  'outbox',
  'outbox_epoch',
].map((table) => `DROP TABLE ${table}`);
