import { partitionOf } from './schema.js';

/** Statements of the nightly turn. */
export const turnSql = {
  read: `SELECT k.n::integer AS n, r.blob
    FROM unnest($2::text[], $3::bytea[]) WITH ORDINALITY AS k(kind, lookup, n)
    JOIN record r ON r.night = $1 AND r.kind = k.kind AND r.lookup = k.lookup`,

  // One statement, so that a record is never in two nights or in none. The heap shows the order of the targets.
  move: `WITH gone AS (
      DELETE FROM record r
      USING unnest($3::text[], $4::bytea[]) WITH ORDINALITY AS k(kind, lookup, n)
      WHERE r.night = $1 AND r.kind = k.kind AND r.lookup = k.lookup
      RETURNING k.n::integer AS n, r.kind, r.due, r.lease),
    added AS (
      INSERT INTO record (night, kind, lookup, blob, due, lease)
      SELECT $2, t.kind, substring($9::bytea FROM t.start FOR 32), substring($9::bytea FROM t.start + 32 FOR t.bytes),
             CASE WHEN t.kind = gone.kind THEN gone.due END, CASE WHEN t.kind = gone.kind THEN gone.lease END
        FROM unnest($5::text[], $6::integer[], $7::integer[], $8::integer[]) WITH ORDINALITY AS t(kind, n, start, bytes, place)
        JOIN gone ON gone.n = t.n
       ORDER BY t.place)
    SELECT n FROM gone`,

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
