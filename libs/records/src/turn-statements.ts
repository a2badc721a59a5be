import { columns, locks } from '#libs/database';
import { partitionOf } from './schema.js';

/** Records of one night by name, numbered from 1, behind the night. */
export const namedRows = columns({ kind: 'text', lookup: 'bytea' }, { from: 2, as: 'k', ordinal: 'n' });

/** Where in one piece of bytes the records lie that are carried over, behind the night and the bytes. */
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
  // Fenced in, because to the planner, which has no statistics of lookups, reading the whole night looks cheaper than
  // two thousand probes of the index.
  read: `SELECT k.n::integer AS n, r.blob
    FROM ${namedRows.sql}
    CROSS JOIN LATERAL (SELECT blob FROM record
      WHERE night = $1 AND record.kind = k.kind AND record.lookup = k.lookup LIMIT 1) r`,

  /**
   * Opens the transaction of one batch, for the same reason without joins that read a whole night. A batch that is lost
   * in a crash is moved again; whatever commits after it reaches the disk only together with it.
   */
  begin: `BEGIN; SET LOCAL synchronous_commit = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
    SELECT pg_advisory_xact_lock(${locks.night})`,

  take: `DELETE FROM record r
    USING ${namedRows.sql}
    WHERE r.night = $1 AND r.kind = k.kind AND r.lookup = k.lookup
    RETURNING k.n::integer AS n, r.due, r.lease, r.holder`,

  // The heap shows the order of the arrays.
  add: `INSERT INTO record (night, kind, lookup, blob, due, lease, holder)
    SELECT $1, t.kind, substring($2::bytea FROM t.start FOR 32), substring($2::bytea FROM t.start + 32 FOR t.bytes),
           t.due, t.lease, t.holder
      FROM ${rekeyedRows.sql}`,

  completed: `INSERT INTO turn (night, completed) VALUES ($1, true) ON CONFLICT (night) DO UPDATE SET completed = true`,

  dropped: 'INSERT INTO turn (night, completed) VALUES ($1, false) ON CONFLICT DO NOTHING',

  /** Nights of which nothing is left but their keys, and for which so many turns have been completed since. */
  ripe: `SELECT t.night FROM turn t
    WHERE NOT EXISTS (SELECT FROM night n WHERE n.night = t.night)
      AND (SELECT count(*) FROM turn c WHERE c.completed AND c.night > t.night) >= $1
    ORDER BY 1`,

  /** Nights before tonight's that still stand, for which so many turns have been completed since. */
  outlived: `SELECT n.night FROM night n
    WHERE n.night < $2 AND (SELECT count(*) FROM turn c WHERE c.completed AND c.night > n.night) >= $1
    ORDER BY 1`,
} as const;

/** Leaves of a partition only what it still holds: not what has been moved out of it, nor in which order that stood. */
export function condense(night: number): readonly string[] {
  const table = partitionOf(night);
  return [
    `CREATE TEMPORARY TABLE left_over ON COMMIT DROP AS SELECT * FROM ${table}`,
    `TRUNCATE ${table}`,
    `INSERT INTO ${table} SELECT * FROM left_over ORDER BY lookup`,
  ];
}
