import { addDays, clocks, type Day } from '#libs/contracts';
import { inTransaction, locks, type Tx } from '#libs/database';
import type pg from 'pg';

import { askForReplay } from './relay-log.js';

/** Days ahead of today for which the outbox has partitions: a device's clock may already be in tomorrow. */
export const DAYS_AHEAD = clocks.recordAheadDays;

/**
 * The tables of the bus, for a TypeORM migration of each service: run every statement in this order.
 *
 * The relay reads the outbox in the order of (epoch, xid, seq), and of the present epoch only what lies below the oldest
 * running transaction: a row of a late commit is then never overtaken. After a dump and restore transaction ids begin
 * anew, so rows written since carry a new epoch.
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

/** Makes the outbox partitions that today needs. It waits for nobody who reads or writes the outbox. */
export async function createOutboxDays(tx: Tx, today: Day): Promise<void> {
  const existing = await outboxDays(tx);
  for (let day = oldestDay(today); day <= addDays(today, DAYS_AHEAD); day = addDays(day, 1)) {
    if (!existing.has(day)) await createDay(tx, day);
  }
}

/**
 * Drops the days whose keys have died. The lock it needs makes new transactions wait behind running ones, so it gives up
 * soon (SQLSTATE 55P03) and is tried again.
 * @returns the days dropped although the relay had not sent all of them
 */
export async function dropOutboxDays(tx: Tx, today: Day): Promise<readonly Day[]> {
  await tx.query(`SET LOCAL lock_timeout = '2s'`);
  const unsentDays: Day[] = [];
  for (const day of await outboxDays(tx)) {
    if (day >= oldestDay(today)) continue;
    if (await hasUnsent(tx, day)) unsentDays.push(day);
    await tx.query(`DROP TABLE ${partitionOf(day)}`);
  }
  await tx.query('DELETE FROM sent_mark WHERE day < $1', [oldestDay(today)]);
  return unsentDays;
}

async function outboxDays(tx: Tx): Promise<ReadonlySet<Day>> {
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

/** Attached, not created in place: attaching does not wait for those who read and write the other days. */
async function createDay(tx: Tx, day: Day): Promise<void> {
  const table = partitionOf(day);
  await tx.query(`CREATE TABLE ${table} (LIKE outbox INCLUDING ALL)`);
  await tx.query(`ALTER TABLE ${table} ALTER COLUMN record SET STATISTICS 0, ALTER COLUMN record SET STORAGE EXTERNAL`);
  await tx.query(`ALTER TABLE outbox ATTACH PARTITION ${table} FOR VALUES IN ('${day}')`);
}

async function hasUnsent(tx: Tx, day: Day): Promise<boolean> {
  const { rows } = await tx.query(
    `SELECT EXISTS (SELECT 1 FROM ${partitionOf(day)} o, relay_cursor c
       WHERE c.name = 'live' AND (o.epoch, o.xid, o.seq) > (c.epoch, c.xid, c.seq)) AS unsent`,
  );
  return (rows[0] as { unsent: boolean }).unsent;
}

function partitionOf(day: Day): string {
  return `outbox_${day.replaceAll('-', '')}`;
}

/**
 * Begins a new epoch when the cluster is another one, or when its transaction ids have gone back behind the cursor.
 * The table lock waits for every transaction that has already taken the old epoch for its rows. What a database from
 * elsewhere holds is sent once more: nobody knows what it had sent since.
 */
export async function ensureEpoch(pool: pg.Pool, now: Date): Promise<number> {
  const present = await inTransaction(pool, epochNow);
  if (present.isRight) return present.epoch;
  return inTransaction(pool, async (tx) => {
    // First of all in its transaction: two instances that had read before could not both lock.
    await tx.query('LOCK TABLE outbox_epoch IN ACCESS EXCLUSIVE MODE');
    const { isRight, epoch, cluster } = await epochNow(tx);
    if (isRight) return epoch;
    await tx.query('INSERT INTO outbox_epoch (epoch, system_identifier) VALUES ($1, $2)', [epoch + 1, cluster]);
    if (epoch > 0) await askForReplay(tx, now);
    return epoch + 1;
  });
}

async function epochNow(
  tx: Tx,
): Promise<{ readonly isRight: boolean; readonly epoch: number; readonly cluster: string }> {
  const { rows } = await tx.query(
    `SELECT s.system_identifier::text AS cluster, e.epoch, e.system_identifier AS known,
            c.epoch = e.epoch AND c.xid >= pg_snapshot_xmax(pg_current_snapshot()) AS is_ahead
       FROM pg_control_system() s
       LEFT JOIN (SELECT * FROM outbox_epoch ORDER BY epoch DESC LIMIT 1) e ON true
       LEFT JOIN relay_cursor c ON c.name = 'live'`,
  );
  const { cluster, epoch, known, is_ahead: isAhead } = rows[0] as EpochRow;
  return { isRight: epoch !== null && known === cluster && isAhead !== true, epoch: epoch ?? 0, cluster };
}

interface EpochRow {
  readonly cluster: string;
  readonly epoch: number | null;
  readonly known: string | null;
  readonly is_ahead: boolean | null;
}
