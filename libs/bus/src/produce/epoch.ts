import { inTransaction, type Tx } from '#libs/database';
import type pg from 'pg';

import { askForReplay } from './relay-log.js';

/**
 * Begins a new epoch if the cluster is another one, or if its transaction ids have gone back behind the cursor. The
 * table lock waits for every transaction that has already taken the old epoch for its rows. The rows of a database from
 * elsewhere are sent again, because nobody knows what it had sent since.
 */
export async function ensureEpoch(pool: pg.Pool, now: Date): Promise<number> {
  const present = await inTransaction(pool, epochNow);
  if (present.isRight) return present.epoch;
  return inTransaction(pool, async (tx) => {
    // Lock before the first read of the transaction: two instances that had both read the table could not both lock it.
    await tx.query('SELECT lock_outbox_epoch()');
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
