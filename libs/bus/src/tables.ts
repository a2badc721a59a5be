import type { TableDeclarations } from '#libs/database';

/** The tables of the bus, and what a service may do with them. */
export const busTables: TableDeclarations = {
  outbox_epoch: {
    meaning: 'Database clusters that have written to this outbox.',
    kept: 'as long as the database exists',
    ends: { never: 'one-each' },
    columns: {
      epoch: 'Number of the cluster, counted from 0.',
      system_identifier: 'What PostgreSQL calls the cluster.',
    },
    rights: { insert: true },
  },
  outbox: {
    meaning: 'Messages of this service, each written in the transaction of the state that it follows from.',
    kept: 'until eight days after its day; the partition of the day is dropped',
    ends: { by: 'libs/bus/src/produce/outbox-functions.ts' },
    columns: {
      day: 'Day of the slice in the message, or the day on which the message was made (UTC).',
      epoch: 'Cluster that wrote the row; -1 from the nightly turn after it was sent.',
      xid: 'Transaction that wrote the row; a random number from that turn on.',
      seq: 'Order inside the transaction. Messages are shuffled before they are written. 0 from that turn on.',
      topic: 'Topic of the contract.',
      envelope: 'Sealed and signed bytes, as they go to Kafka.',
    },
    rights: { insert: ['day', 'epoch', 'seq', 'topic', 'envelope'] },
  },
  relay_cursor: {
    meaning: 'How far the relay has sent the outbox (live), and how far it has sent it again (replay).',
    kept: 'as long as the database exists',
    ends: { never: 'one-each' },
    columns: {
      name: 'live or replay.',
      epoch: 'Position up to which rows are sent: cluster.',
      xid: 'Position up to which rows are sent: transaction.',
      seq: 'Position up to which rows are sent: order inside the transaction.',
      until_epoch: 'Where a replay ends: cluster.',
      until_xid: 'Where a replay ends: transaction.',
      until_seq: 'Where a replay ends: order inside the transaction.',
      asked_at: 'When a replay began last by itself, a whole minute.',
    },
    rights: { update: ['epoch', 'xid', 'seq', 'until_epoch', 'until_xid', 'until_seq', 'asked_at'] },
  },
  sent_mark: {
    meaning: 'Where in the log the records of one day should stand, so that a log that lost records is noticed.',
    kept: 'until eight days after its day',
    ends: { by: 'libs/bus/src/produce/outbox-days.ts' },
    columns: {
      topic: 'Topic.',
      partition: 'Partition of the topic.',
      day: 'Day of the records (UTC).',
      first_offset: 'Offset of the first record of the day.',
      next_offset: 'Offset after the last record of the day.',
    },
    rights: { insert: true, update: ['next_offset'], delete: true },
  },
  applied_offset: {
    meaning: 'Up to which offset this database contains the log. It commits together with the state.',
    kept: 'as long as the topic exists',
    ends: { never: 'one-each' },
    columns: {
      topic: 'Topic.',
      partition: 'Partition of the topic.',
      next_offset: 'The first offset that is not applied yet.',
    },
    rights: { insert: true, update: ['next_offset'] },
  },
  crash_loop_guard: {
    meaning: 'Messages that a process took first after its start, so that a message that kills processes is found.',
    kept: 'until its messages are applied',
    ends: { by: 'libs/bus/src/consume/crash-loop-guard.ts' },
    columns: {
      topic: 'Topic.',
      partition: 'Partition of the topic.',
      first_offset: 'First offset of the range.',
      last_offset: 'Last offset of the range.',
      starts: 'How many processes have begun the range.',
    },
    rights: { insert: true, update: ['first_offset', 'last_offset', 'starts'], delete: true },
  },
  circuit_breaker: {
    meaning: 'How many of the latest messages were parked for a fault of our own, shared by all instances.',
    kept: 'as long as the database exists',
    ends: { never: 'one-each' },
    columns: {
      name: 'consumer or relay.',
      handled: 'How many messages were handled, or sent.',
      parked_at: 'Which of them were parked, by their number; at most 21 of the latest 400.',
    },
    rights: { update: ['handled', 'parked_at'] },
  },
};

/** The functions of the bus that a service calls. */
export const busFunctions: readonly string[] = [
  'lock_outbox_epoch()',
  'create_outbox_day(date)',
  'drop_outbox_day(date)',
  'rest_outbox_rows(date, integer[], xid8[], integer[])',
  'clear_outbox_day(date)',
  'oldest_transaction_ms()',
  'end_old_transactions()',
];
