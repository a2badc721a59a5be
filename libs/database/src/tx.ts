import type pg from 'pg';

import { named } from './statement.js';

/** One open transaction of the service's own database. A `pg` client between BEGIN and COMMIT fits. */
export interface Tx {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- rows have the shape that the statement gives them
  query(text: string, values?: unknown[]): Promise<{ rows: any[]; rowCount: number | null }>;
  /** This object is never used for a second transaction, so that values read once may be cached for it. */
  readonly once?: true;
}

const isPooled = new WeakSet<pg.Pool>();

/**
 * Notes that a pool leads to a pooler in transaction mode. A statement that was prepared on one session is unknown on
 * the next one, so that its statements have no names.
 */
export function throughPooler(pool: pg.Pool): void {
  isPooled.add(pool);
}

function asTx(client: pg.ClientBase, pool: pg.Pool): Tx {
  const withValues = (text: string, values: unknown[]) => (isPooled.has(pool) ? { text, values } : named(text, values));
  return {
    query: (text, values) => (values === undefined ? client.query(text) : client.query(withValues(text, values))),
    once: true,
  };
}

const isHeard = new WeakSet<pg.Pool>();

/**
 * Adds an error listener to every session of the pool. `pg` reports a session that the server ended by an event, which
 * ends the process if nobody listens. The pool listens to idle sessions and `inTransaction` to busy ones, but nobody
 * listens to one that ends at the moment it is handed out.
 */
export function hearLostSessions(pool: pg.Pool): void {
  if (isHeard.has(pool)) return;
  isHeard.add(pool);
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
}

/** Lends one session of the pool. The work can report it as lost; then it is not used again. */
async function withSession<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient, lose: (error: Error) => void) => Promise<T>,
): Promise<T> {
  hearLostSessions(pool);
  const client = await pool.connect();
  let broken: Error | undefined;
  // A session that ends while no statement runs is reported by an event, which ends the process if nobody listens.
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

/** Runs work in one transaction. Rolls back and rethrows whatever the work throws. */
export function inTransaction<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  return withSession(pool, async (client, lose) => {
    try {
      await client.query('BEGIN');
      const result = await work(asTx(client, pool));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((lost: unknown) => {
        // The connection is lost. The server rolls back by itself.
        lose(lost instanceof Error ? lost : new Error('rollback failed'));
      });
      throw error;
    }
  });
}

/** A plain SELECT: one statement that changes and locks nothing. */
const PLAIN_READ = /^\s*SELECT\b(?![^]*(;|\bFOR\s+(UPDATE|NO\s+KEY|SHARE|KEY)\b))/i;

/**
 * Runs reads on one session outside of any transaction. Each costs one statement and sees what is committed when it
 * runs.
 *
 * @throws TypeError for anything but a plain SELECT: it would commit at once, or lock nothing
 */
export function reading<T>(pool: pg.Pool, work: (reader: Tx) => Promise<T>): Promise<T> {
  return withSession(pool, (client) =>
    work({
      query: (text, values) => {
        if (!PLAIN_READ.test(text)) return Promise.reject(new TypeError('outside of a transaction only SELECT is run'));
        return asTx(client, pool).query(text, values);
      },
    }),
  );
}
