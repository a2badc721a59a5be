import { commentsOn, locks, wholeTimes, type TableDeclarations, type Tx } from '#libs/database';

import { nightPartitionDown, nightPartitionFunctions } from './night-partitions.js';
import { witnessDown, witnessTables, witnessUp } from './witness-table.js';

/** The kind of record that names what is under a legal hold. */
export const HOLD = 'legal-hold';

/** The tables of the record store, and what a service may do with them. */
export const recordsTables: TableDeclarations = {
  ...witnessTables,
  night: {
    meaning: 'Nights whose records are still there: the present one and, while a turn runs, the one before.',
    kept: 'until its partition of record is dropped',
    ends: { by: 'libs/records/src/turn.ts' },
    columns: { night: 'Number of the night: days since 1970-01-01, or the next number after a clock went back.' },
    rights: { insert: true, delete: true },
  },
  record: {
    meaning: 'Everything that is kept about households. Each row is sealed, and all rows of a kind have one size.',
    kept: 'until the next nightly turn, which writes live rows again under new keys; row keys die after three turns',
    ends: { by: 'libs/records/src/night-partitions.ts' },
    columns: {
      night: 'Night under whose keys the row is sealed.',
      kind: 'Kind of record.',
      lookup: 'Keyed hash of the value by which the row is found.',
      blob: 'Sealed body.',
      due: 'When work on the row is due; empty for what is no work.',
      lease: 'Until when a process has the work.',
      holder: 'Number of the process that has the work, while it lives.',
    },
    rights: { insert: true, update: ['night', 'lookup', 'blob', 'due', 'lease', 'holder'], delete: true },
  },
  turn: {
    meaning: 'Nightly turns that were completed, and nights whose keys still exist.',
    kept: 'until the keys of the night are destroyed',
    ends: { by: 'libs/records/src/turn.ts' },
    columns: { night: 'Number of the night.', completed: 'Whether the turn into this night is complete.' },
    rights: { insert: true, update: ['completed'], delete: true },
  },
};

/** The functions of the record store that a service calls. */
export const recordsFunctions: readonly string[] = [
  'open_records()',
  'create_record_partition(integer)',
  'condense_record_partition(integer)',
  'drop_record_partition(integer)',
];

/**
 * Creates the tables of the record store, for a TypeORM migration of each service. Run every statement in this order.
 *
 * `open_records()` takes the shared lock and then reads the nights. It is a function because a statement takes its
 * snapshot before it waits for a lock: in the same statement, the nights could be those from before a turn. It also
 * returns whether anything is held, so that a removal need not look for holds if there are none.
 */
export const recordsUp: readonly string[] = [
  ...witnessUp,
  `CREATE TABLE night (night integer NOT NULL, CONSTRAINT night_key PRIMARY KEY (night))`,
  `CREATE TABLE record (
     night integer NOT NULL,
     kind text NOT NULL,
     lookup bytea NOT NULL,
     blob bytea NOT NULL,
     due timestamptz(0),
     lease timestamptz(0),
     holder smallint,
     CONSTRAINT record_key PRIMARY KEY (night, kind, lookup),
     CONSTRAINT record_whole_times CHECK (${wholeTimes('due', 'hour')} AND ${wholeTimes('lease', 'minute')})
   ) PARTITION BY LIST (night)`,
  // Turns that were completed, and nights that were dropped but whose keys are still there.
  `CREATE TABLE turn (night integer NOT NULL, completed boolean NOT NULL, CONSTRAINT turn_key PRIMARY KEY (night))`,
  // ANALYZE of the whole table keeps its own statistics, beside those of each partition.
  `ALTER TABLE record ALTER COLUMN lookup SET STATISTICS 0, ALTER COLUMN blob SET STATISTICS 0,
     ALTER COLUMN blob SET STORAGE EXTERNAL`,
  `CREATE INDEX record_due ON record (kind, due, lookup) WHERE due IS NOT NULL`,
  `CREATE FUNCTION open_records() RETURNS TABLE (night integer, has_holds boolean) LANGUAGE plpgsql VOLATILE AS $$
   BEGIN
     PERFORM pg_advisory_xact_lock_shared(${locks.night});
     RETURN QUERY SELECT n.night, EXISTS (SELECT FROM record r WHERE r.night = n.night AND r.kind = '${HOLD}')
       FROM night n ORDER BY n.night DESC;
   END $$`,
  ...nightPartitionFunctions,
  ...commentsOn(recordsTables),
];

export const recordsDown: readonly string[] = [
  ...nightPartitionDown,
  `DROP FUNCTION open_records()`,
  `DROP TABLE record`,
  `DROP TABLE turn`,
  `DROP TABLE night`,
  ...witnessDown,
];

/** Returns the name of a night's partition. */
export function partitionOf(night: number): string {
  return `record_${night}`;
}

/**
 * Creates the partition of a night if there is none, and adds the night. The caller holds `locks.night` exclusively.
 */
export async function createNight(tx: Tx, night: number): Promise<void> {
  if (!Number.isInteger(night) || night < 0 || night > 0x7fff_ffff) throw new TypeError('a night is a day number');
  const { rowCount } = await tx.query('INSERT INTO night (night) VALUES ($1) ON CONFLICT DO NOTHING', [night]);
  if (rowCount === 0) return;
  await tx.query('SELECT create_record_partition($1)', [night]);
}
