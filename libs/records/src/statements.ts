import { columns } from '#libs/database';

/** Addresses of records. Parameter 1 is their kind. */
export const addressRows = columns({ night: 'integer', lookup: 'bytea' }, { from: 2, as: 'k' });

/** Records to add. Parameters 1 and 2 are night and kind. */
export const addedRows = columns({ lookup: 'bytea', blob: 'bytea', due: 'timestamptz' }, { from: 3, as: 'p' });

/** Records to overwrite, with their old address. Parameters 1 and 2 are night and kind. */
export const movedRows = columns(
  { from_night: 'integer', from_lookup: 'bytea', lookup: 'bytea', blob: 'bytea', due: 'timestamptz' },
  { from: 3, as: 'm' },
);

/** Addresses joined with records. A join on the whole primary key is one index probe per value and night. */
const join = `${addressRows.sql}
  JOIN record r ON r.night = k.night AND r.kind = $1 AND r.lookup = k.lookup`;

export const sql = {
  find: `SELECT r.night, r.lookup, r.blob FROM ${join}`,

  // Rows are locked in the order of the sort, so that two transactions over the same rows cannot deadlock.
  findForUpdate: `SELECT r.night, r.lookup, r.blob FROM ${join} ORDER BY r.night, r.lookup FOR UPDATE OF r`,

  insert: `INSERT INTO record (night, kind, lookup, blob, due)
    SELECT $1::integer, $2::text, p.lookup, p.blob, p.due
    FROM ${addedRows.sql}
    ORDER BY p.lookup
    ON CONFLICT DO NOTHING
    RETURNING lookup`,

  // Also moves a row out of an earlier night: an UPDATE of the partition key is a delete and an insert.
  rewrite: `UPDATE record r
    SET night = $1::integer, lookup = m.lookup, blob = m.blob, due = m.due, lease = NULL, holder = NULL
    FROM ${movedRows.sql}
    WHERE r.night = m.from_night AND r.kind = $2 AND r.lookup = m.from_lookup
    RETURNING r.lookup`,

  remove: `DELETE FROM record r USING ${addressRows.sql}
    WHERE r.night = k.night AND r.kind = $1 AND r.lookup = k.lookup
    RETURNING r.lookup`,

  claimDue: `WITH ripe AS (
      SELECT night, lookup FROM record
      WHERE night = ANY($2::integer[]) AND kind = $1 AND due <= $3 AND (lease IS NULL OR lease <= $3 OR lease > $7)
      ORDER BY due, lookup LIMIT $4 FOR UPDATE SKIP LOCKED)
    UPDATE record r SET lease = $5, holder = $6 FROM ripe
    WHERE r.night = ripe.night AND r.kind = $1 AND r.lookup = ripe.lookup
    RETURNING r.night, r.lookup, r.blob`,

  // A lease or an hour further away than any of its kind was set by a clock that ran ahead.
  pullBack: `UPDATE record r SET due = $1, lease = NULL, holder = NULL
    FROM unnest($2::text[], $3::timestamptz[]) AS k (kind, last)
    WHERE r.kind = k.kind AND r.due > k.last`,

  lease: `UPDATE record r SET lease = $4, holder = NULL FROM ${addressRows.sql}
    WHERE r.night = k.night AND r.kind = $1 AND r.lookup = k.lookup AND r.due IS NOT NULL
    RETURNING r.lookup`,

  // A process that gets the lock of a holder knows that the holder is dead. The number of this process is compared
  // first, because its own lock is on another connection.
  endDeadLeases: `WITH dead AS (
      SELECT holder FROM (
        SELECT DISTINCT holder FROM record WHERE kind = $1 AND due IS NOT NULL AND holder IS NOT NULL) h
      WHERE CASE holder WHEN $3::integer THEN true ELSE pg_try_advisory_xact_lock($2, holder) END)
    UPDATE record r SET lease = NULL, holder = NULL FROM dead
    WHERE r.kind = $1 AND r.due IS NOT NULL AND r.holder = dead.holder`,

  count: `SELECT count(*)::integer AS count FROM record WHERE kind = $1`,

  scan: `SELECT night, lookup, blob FROM record WHERE kind = $1 LIMIT $2`,

  page: `SELECT night, lookup, blob FROM record WHERE kind = $1 AND (night, lookup) > ($3, $4)
    ORDER BY night, lookup LIMIT $2`,
} as const;
