import { addDays, clocks, type Day } from '#libs/contracts';
import { locks, type Tx } from '#libs/database';
import type { Permit } from '#libs/records';

/** Days ahead of today for which the outbox has partitions. The clock of a device may already be in tomorrow. */
export const DAYS_AHEAD = clocks.recordAheadDays;

/** Creates the outbox partitions that today needs. It does not wait for readers or writers of the outbox. */
export async function createOutboxDays(tx: Tx, today: Day): Promise<void> {
  const existing = await outboxDays(tx);
  for (let day = oldestDay(today); day <= addDays(today, DAYS_AHEAD); day = addDays(day, 1)) {
    if (!existing.has(day)) await tx.query('SELECT create_outbox_day($1)', [day]);
  }
}

/**
 * Drops the days whose keys are destroyed. Its lock makes new transactions wait behind running ones, so it gives up
 * soon (SQLSTATE 55P03) and is tried again.
 * @returns the dropped days of which the relay had not sent everything
 */
export async function dropOutboxDays(tx: Tx, { day: today }: Permit): Promise<readonly Day[]> {
  await tx.query(`SET LOCAL lock_timeout = '2s'`);
  const unsentDays: Day[] = [];
  for (const day of await outboxDays(tx)) {
    if (day >= oldestDay(today)) continue;
    if (await hasUnsent(tx, day)) unsentDays.push(day);
    await tx.query('SELECT drop_outbox_day($1)', [day]);
  }
  await tx.query('DELETE FROM sent_mark WHERE day < $1', [oldestDay(today)]);
  return unsentDays;
}

/** The days that have a partition. Nobody else makes or drops one until the transaction ends. */
export async function outboxDays(tx: Tx): Promise<ReadonlySet<Day>> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [locks.outboxDays]);
  const { rows } = await tx.query(
    `SELECT right(c.relname, 8) AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'outbox'::regclass`,
  );
  return new Set((rows as { name: string }[]).map(({ name }) => name.replace(/(....)(..)(..)/, '$1-$2-$3')));
}

function oldestDay(today: Day): Day {
  return addDays(today, -clocks.dayKeyDays);
}

async function hasUnsent(tx: Tx, day: Day): Promise<boolean> {
  const { rows } = await tx.query(
    `SELECT EXISTS (SELECT 1 FROM outbox o, relay_cursor c
       WHERE o.day = $1 AND c.name = 'live' AND (o.epoch, o.xid, o.seq) > (c.epoch, c.xid, c.seq)) AS unsent`,
    [day],
  );
  return (rows[0] as { unsent: boolean }).unsent;
}
