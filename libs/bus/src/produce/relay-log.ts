import type { Day } from '#libs/contracts';
import { columns } from '#libs/database';

/** A position in the outbox. Transaction ids stay text because they do not fit a number. */
export interface Position {
  readonly epoch: number;
  readonly xid: string;
  readonly seq: number;
}

/** The position before all rows. The rows of earlier nights, which have lost their order, come first. */
export const BEGINNING: Position = { epoch: -1, xid: '0', seq: 0 };

export interface OutboxRow extends Position {
  readonly topic: string;
  readonly day: Day;
  readonly envelope: Uint8Array;
}

export interface Page {
  readonly rows: readonly OutboxRow[];
  /** More rows are committed, but above a transaction that still runs in this database. */
  readonly isWithheld: boolean;
}

/** Runs the statements of the relay on its own connection. */
export interface Statements {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

export type CursorName = 'live' | 'replay';

interface CursorRow extends Position {
  readonly until_epoch: number;
  readonly until_xid: string;
  readonly until_seq: number;
}

export interface Cursor {
  readonly at: Position;
  readonly until: Position;
}

/**
 * The oldest transaction that may still commit rows of this outbox: of those that the statement's snapshot sees as
 * running, it leaves out the ones that are proven to belong to another database. A transaction of which nothing is
 * known, because it has just ended or is just being prepared, counts as one of this database.
 *
 * The snapshot is older than the look at the sessions. A transaction in it had its session, with its database, before
 * it had a number, so a session of another database cannot be taken for the owner of a transaction of this one.
 */
const HORIZON = `SELECT coalesce(min(x), pg_snapshot_xmax(pg_current_snapshot())) AS xid
    FROM pg_snapshot_xip(pg_current_snapshot()) x
   WHERE NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.backend_xid = x::xid AND a.datname <> current_database())
     AND NOT EXISTS (SELECT FROM pg_prepared_xacts p WHERE p.transaction = x::xid
       AND p.database <> current_database())`;

// ORDER BY names the table: a bare `xid` would be the output text, and text sorts 1000 before 999.
const PAGE = `WITH horizon AS MATERIALIZED (${HORIZON})
  SELECT epoch, outbox.xid::text AS xid, seq, topic, to_char(day, 'YYYY-MM-DD') AS day, envelope,
    (epoch < (SELECT max(epoch) FROM outbox_epoch) OR outbox.xid < (SELECT h.xid FROM horizon h)) AS settled
  FROM outbox WHERE (epoch, outbox.xid, seq) > ($1, $2::xid8, $3)
  ORDER BY outbox.epoch, outbox.xid, outbox.seq LIMIT $4`;

const marked = columns(
  { topic: 'text', partition: 'integer', day: 'date', first_offset: 'bigint', next_offset: 'bigint' },
  { from: 8, as: 's' },
);

/**
 * Moves the cursor only from where it was read, so that it never overwrites another move and only goes forward. The
 * same statement stores where in the log the sent records are.
 */
const MOVE = `WITH moved AS (
    UPDATE relay_cursor SET epoch = $2, xid = $3::xid8, seq = $4
     WHERE name = $1 AND (epoch, xid, seq) = ($5, $6::xid8, $7))
  INSERT INTO sent_mark AS m (topic, partition, day, first_offset, next_offset)
    SELECT s.topic, s.partition, s.day, s.first_offset, s.next_offset
      FROM ${marked.sql}
      ORDER BY 1, 2, 3
    ON CONFLICT ON CONSTRAINT sent_mark_key DO UPDATE SET next_offset = greatest(m.next_offset, excluded.next_offset)`;

export interface SentMark {
  readonly topic: string;
  readonly partition: number;
  readonly day: Day;
  readonly firstOffset: bigint;
  readonly nextOffset: bigint;
}

/**
 * Reads rows that may be sent: none above the oldest transaction that runs in this database, because that may still
 * commit rows below.
 */
export async function readPage(client: Statements, after: Position, limit: number): Promise<Page> {
  const { rows } = await client.query(PAGE, [after.epoch, after.xid, after.seq, limit]);
  const all = rows as (OutboxRow & { settled: boolean })[];
  const firstUnsettled = all.findIndex(({ settled }) => !settled);
  const isWithheld = firstUnsettled >= 0;
  return { rows: isWithheld ? all.slice(0, firstUnsettled) : all, isWithheld };
}

export async function readCursor(client: Statements, name: CursorName): Promise<Cursor> {
  const { rows } = await client.query(
    `SELECT epoch, xid::text AS xid, seq, until_epoch, until_xid::text AS until_xid, until_seq
       FROM relay_cursor WHERE name = $1`,
    [name],
  );
  const { epoch, xid, seq, until_epoch, until_xid, until_seq } = rows[0] as CursorRow;
  return { at: { epoch, xid, seq }, until: { epoch: until_epoch, xid: until_xid, seq: until_seq } };
}

export async function moveCursor(
  client: Statements,
  name: CursorName,
  { from, to, marks }: { readonly from: Position; readonly to: Position; readonly marks: readonly SentMark[] },
): Promise<void> {
  await client.query(MOVE, [
    name,
    to.epoch,
    to.xid,
    to.seq,
    from.epoch,
    from.xid,
    from.seq,
    ...marked.values(
      marks.map(({ firstOffset, nextOffset, ...mark }) => ({
        ...mark,
        first_offset: firstOffset,
        next_offset: nextOffset,
      })),
    ),
  ]);
}

const MINUTE_MS = 60_000;

/** The minute in which an instant lies. The database stores nothing finer. */
function wholeMinute(ms: number): Date {
  return new Date(Math.floor(ms / MINUTE_MS) * MINUTE_MS);
}

/** Returns a negative number if `a` comes before `b`. */
export function comparePositions(a: Position, b: Position): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  if (a.xid !== b.xid) return BigInt(a.xid) < BigInt(b.xid) ? -1 : 1;
  return a.seq - b.seq;
}

/**
 * Requests that everything up to the live cursor is sent again. The relay does it beside new messages, and continues
 * after a crash.
 * @param notSoonerMs pause between automatic requests; absent: the request is never refused and does not start the
 * pause
 * @returns false if the last automatic request was too recent
 */
export async function askForReplay(client: Statements, now: Date, notSoonerMs?: number): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE relay_cursor r
        SET epoch = ${BEGINNING.epoch}, xid = '${BEGINNING.xid}', seq = ${BEGINNING.seq},
            until_epoch = l.epoch, until_xid = l.xid, until_seq = l.seq,
            asked_at = CASE WHEN $2::timestamptz IS NULL THEN r.asked_at ELSE $1 END
       FROM relay_cursor l
      WHERE r.name = 'replay' AND l.name = 'live'
        AND ($2::timestamptz IS NULL OR r.asked_at IS NULL OR r.asked_at <= $2 OR r.asked_at > $1)`,
    [wholeMinute(now.getTime()), notSoonerMs === undefined ? null : new Date(now.getTime() - notSoonerMs)],
  );
  return rowCount === 1;
}

/**
 * Requests that everything that can still be read is sent again, whichever instance relays. An operator's command runs
 * it with only the service's database. Consumers recognize what they have handled by its key.
 */
export async function requestRepublish(pool: Statements, now: Date): Promise<void> {
  await askForReplay(pool, now);
  await pool.query(`SELECT pg_notify('outbox', '')`);
}
