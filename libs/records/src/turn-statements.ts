import { columns, locks } from '#libs/database';

/** Names of records of one night, numbered from 1. Parameter 1 is the night. */
export const namedRows = columns({ kind: 'text', lookup: 'bytea' }, { from: 2, as: 'k', ordinal: 'n' });

/** Where the rekeyed records are in one piece of bytes. Parameters 1 and 2 are the night and the bytes. */
export const rekeyedRows = columns(
  {
    kind: 'text',
    start: 'integer',
    bytes: 'integer',
    due: 'timestamptz',
    lease: 'timestamptz',
    holder: 'smallint',
  },
  { from: 3, as: 't' },
);

/** Statements of the nightly turn. */
export const turnSql = {
  // The LATERAL with LIMIT forces index probes. The planner has no statistics of lookups, and would take reading the
  // whole night to be cheaper than two thousand probes.
  read: `SELECT k.n::integer AS n, r.blob
    FROM ${namedRows.sql}
    CROSS JOIN LATERAL (SELECT blob FROM record
      WHERE night = $1 AND record.kind = k.kind AND record.lookup = k.lookup LIMIT 1) r`,

  /**
   * Opens the transaction of one batch. For the same reason it turns off joins that read a whole night. A batch that a
   * crash loses is moved again, and commits after it reach the disk only together with it.
   */
  begin: `BEGIN; SET LOCAL synchronous_commit = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
    SELECT pg_advisory_xact_lock(${locks.night})`,

  take: `DELETE FROM record r
    USING ${namedRows.sql}
    WHERE r.night = $1 AND r.kind = k.kind AND r.lookup = k.lookup
    RETURNING k.n::integer AS n, r.due, r.lease, r.holder`,

  // The rows reach the heap in the order of the arrays.
  add: `INSERT INTO record (night, kind, lookup, blob, due, lease, holder)
    SELECT $1, t.kind, substring($2::bytea FROM t.start FOR 32), substring($2::bytea FROM t.start + 32 FOR t.bytes),
           t.due, t.lease, t.holder
      FROM ${rekeyedRows.sql}`,

  // From its completion on the day of the turn is the witnessed one.
  completed: `WITH done AS (
      INSERT INTO turn (night, completed) VALUES ($1, true) ON CONFLICT (night) DO UPDATE SET completed = true)
    INSERT INTO witnessed_day (day, turned) VALUES ($2, $2)
      ON CONFLICT (is_this) DO UPDATE SET day = excluded.day, turned = excluded.turned`,

  dropped: 'INSERT INTO turn (night, completed) VALUES ($1, false) ON CONFLICT DO NOTHING',

  /**
   * Rewrites a night with its remaining rows, so that neither the rows that were moved out nor their order stay in it.
   */
  condense: 'SELECT condense_record_partition($1)',

  dropPartition: 'SELECT drop_record_partition($1)',

  /** Nights of which only the keys are left, after at least this number of completed turns. */
  ripe: `SELECT t.night FROM turn t
    WHERE NOT EXISTS (SELECT FROM night n WHERE n.night = t.night)
      AND (SELECT count(*) FROM turn c WHERE c.completed AND c.night > t.night) >= $1
    ORDER BY 1`,

  /** Nights before tonight's that still have a partition, after at least this number of completed turns. */
  outlived: `SELECT n.night FROM night n
    WHERE n.night < $2 AND (SELECT count(*) FROM turn c WHERE c.completed AND c.night > n.night) >= $1
    ORDER BY 1`,
} as const;
