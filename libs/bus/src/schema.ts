import { commentsOn } from '#libs/database';

/**
 * Creates the tables of the bus, for a TypeORM migration of each service. Run every statement in this order.
 *
 * The relay reads the outbox in the order (epoch, xid, seq). In the present epoch it reads only rows below the oldest
 * running transaction, so that it never passes a row that commits late. After a dump and restore transaction ids start
 * again, so later rows carry a new epoch.
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
  `ALTER TABLE outbox ALTER COLUMN envelope SET STATISTICS 0`,
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
  ...commentsOn({
    outbox_epoch: {
      meaning: 'Database clusters that have written to this outbox.',
      kept: 'as long as the database exists',
      columns: {
        epoch: 'Number of the cluster, counted from 0.',
        system_identifier: 'What PostgreSQL calls the cluster.',
      },
    },
    outbox: {
      meaning: 'Messages of this service, each written in the transaction of the state that it follows from.',
      kept: 'until eight days after its day; the partition of the day is dropped',
      columns: {
        day: 'Day of the slice in the message, or the day on which the message was made (UTC).',
        epoch: 'Cluster that wrote the row.',
        xid: 'Transaction that wrote the row.',
        seq: 'Order inside the transaction. Messages are shuffled before they are written.',
        topic: 'Topic of the contract.',
        envelope: 'Sealed and signed bytes, as they go to Kafka.',
      },
    },
    relay_cursor: {
      meaning: 'How far the relay has sent the outbox (live), and how far it has sent it again (replay).',
      kept: 'as long as the database exists',
      columns: {
        name: 'live or replay.',
        epoch: 'Position up to which rows are sent: cluster.',
        xid: 'Position up to which rows are sent: transaction.',
        seq: 'Position up to which rows are sent: order inside the transaction.',
        until_epoch: 'Where a replay ends: cluster.',
        until_xid: 'Where a replay ends: transaction.',
        until_seq: 'Where a replay ends: order inside the transaction.',
        asked_at: 'When a replay began last by itself.',
      },
    },
    sent_mark: {
      meaning: 'Where in the log the records of one day should stand, so that a log that lost records is noticed.',
      kept: 'until eight days after its day',
      columns: {
        topic: 'Topic.',
        partition: 'Partition of the topic.',
        day: 'Day of the records (UTC).',
        first_offset: 'Offset of the first record of the day.',
        next_offset: 'Offset after the last record of the day.',
      },
    },
    applied_offset: {
      meaning: 'Up to which offset this database contains the log. It commits together with the state.',
      kept: 'as long as the topic exists',
      columns: {
        topic: 'Topic.',
        partition: 'Partition of the topic.',
        next_offset: 'The first offset that is not applied yet.',
      },
    },
    crash_loop_guard: {
      meaning: 'Messages that a process took first after its start, so that a message that kills processes is found.',
      kept: 'until its messages are applied',
      columns: {
        topic: 'Topic.',
        partition: 'Partition of the topic.',
        first_offset: 'First offset of the range.',
        last_offset: 'Last offset of the range.',
        starts: 'How many processes have begun the range.',
      },
    },
    circuit_breaker: {
      meaning: 'How many of the latest messages were parked for a fault of our own, shared by all instances.',
      kept: 'as long as the database exists',
      columns: {
        name: 'consumer or relay.',
        handled: 'How many messages were handled, or sent.',
        parked_at: 'Which of them were parked, by their number; at most 21 of the latest 400.',
      },
    },
  }),
];

export const busDown: readonly string[] = [
  'circuit_breaker',
  'crash_loop_guard',
  'applied_offset',
  'sent_mark',
  'relay_cursor',
  'outbox',
  'outbox_epoch',
].map((table) => `DROP TABLE ${table}`);
