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

/** Lends one session of the pool. Work may say of it that it is lost: then nobody is given it again. */
async function withSession<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient, lose: (error: Error) => void) => Promise<T>,
): Promise<T> {
  hearLostSessions(pool);
  const client = await pool.connect();
  let broken: Error | undefined;
  // A session that ends while no statement runs is told by an event; unheard, it would end the process.
  const lose = (error: Error): void => {
    broken = error;
  };
  client.on('error', lose);
  try {
    return await work(client, lose);
  } finally {
    client.off('error', lose);
    client.release(broken);
  }
}

/** Runs work in one transaction; rolls back and hands on whatever it throws. */
export function inTransaction<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  return withSession(pool, async (client, lose) => {
    try {
      await client.query('BEGIN');
      const result = await work(asTx(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((lost: unknown) => {
        // The connection is of no use any more; the server rolls back by itself.
        lose(lost instanceof Error ? lost : new Error('rollback failed'));
      });
      throw error;
    }
  });
}

/** A plain SELECT: nothing that changes or locks anything, and one statement alone. */
const PLAIN_READ = /^\s*SELECT\b(?![^]*(;|\bFOR\s+(UPDATE|NO\s+KEY|SHARE|KEY)\b))/i;

/**
 * Runs reads on one session and outside of any transaction, so that each costs one statement and sees what is committed
 * just then.
 *
 * @throws TypeError for what is no plain SELECT: it would be committed at once, or lock nothing
 */
export function reading<T>(pool: pg.Pool, work: (reader: Tx) => Promise<T>): Promise<T> {
  return withSession(pool, (client) =>
    work({
      query: (text, values) => {
        if (!PLAIN_READ.test(text)) return Promise.reject(new TypeError('outside of a transaction only SELECT is run'));
        return asTx(client).query(text, values);
      },
    }),
  );
}
