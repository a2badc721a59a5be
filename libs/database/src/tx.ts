import type pg from 'pg';

import { named } from './statement.js';

/** One open transaction of the service's own database; a `pg` client inside BEGIN … COMMIT fits. */
export interface Tx {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- rows have the shape that the statement gives them
  query(text: string, values?: unknown[]): Promise<{ rows: any[]; rowCount: number | null }>;
  /** Says that this object is never used for a second transaction, so that what was read once may be kept with it. */
  readonly once?: true;
}

function asTx(client: pg.ClientBase): Tx {
  return {
    query: (text, values) => (values === undefined ? client.query(text) : client.query(named(text, values))),
    once: true,
  };
}

const isHeard = new WeakSet<pg.Pool>();

/**
 * Sessions that the server ends are told by an event; unheard, it would end the process. The pool hears those that are
 * idle, `inTransaction` those that are at work, and nobody one that ends in the very moment in which it is handed out.
 */
export function hearLostSessions(pool: pg.Pool): void {
  if (isHeard.has(pool)) return;
  isHeard.add(pool);
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
}

/** Runs work in one transaction; rolls back and hands on whatever it throws. */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  hearLostSessions(pool);
  const client = await pool.connect();
  let broken: Error | undefined;
  // A session that ends while no statement runs is told by an event; unheard, it would end the process.
  const lose = (error: Error): void => {
    broken = error;
  };
  client.on('error', lose);
  try {
    await client.query('BEGIN');
    const result = await work(asTx(client));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((lost: unknown) => {
      // The connection is of no use any more; the server rolls back by itself.
      broken = lost instanceof Error ? lost : new Error('rollback failed');
    });
    throw error;
  } finally {
    client.off('error', lose);
    client.release(broken);
  }
}
