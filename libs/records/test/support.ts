import { randomBytes, createSecretKey } from 'node:crypto';

import type { Tx } from '#libs/database';
import pg from 'pg';

import { testDatabase } from '../../../test/support/stack.js';
import { Records, recordsUp, type KindSpec, type RowKeySource } from '../src/index.js';

type RowKeys = NonNullable<ReturnType<RowKeySource['rowKeys']>>;

/** Keeps row keys in memory: these tests are about the store, not about the keyring. */
export class MemoryKeys implements RowKeySource {
  readonly nights = new Map<number, RowKeys>();

  rowKeys(night: number): RowKeys | undefined {
    return this.nights.get(night);
  }

  ensureRowKeys(night: number): Promise<RowKeys> {
    const keys = this.nights.get(night) ?? {
      seal: createSecretKey(randomBytes(32)),
      lookup: createSecretKey(randomBytes(32)),
    };
    this.nights.set(night, keys);
    return Promise.resolve(keys);
  }

  destroyRowKeys(night: number): Promise<void> {
    this.nights.delete(night);
    return Promise.resolve();
  }
}

type Keys = RowKeySource & { destroyRowKeys(night: number): Promise<void> };

export interface Store<K extends Keys = MemoryKeys> {
  readonly url: string;
  readonly keys: K;
  readonly records: Records;
  readonly pool: pg.Pool;
  /** Runs work in one committed transaction. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function openStore(kinds: readonly KindSpec[], night: number): Promise<Store>;
export function openStore<K extends Keys>(kinds: readonly KindSpec[], night: number, keys: K): Promise<Store<K>>;
export async function openStore(
  kinds: readonly KindSpec[],
  night: number,
  keys: Keys = new MemoryKeys(),
): Promise<Store<Keys>> {
  const database = await testDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 6 });
  // Dropping the database ends its idle connections.
  pool.on('error', () => undefined);
  for (const statement of recordsUp) await pool.query(statement);
  const records = new Records({ keys, kinds });
  const run = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work({ query: (text, values) => client.query(text, values), once: true });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  };
  await run((tx) => records.prepare(tx, night));
  return {
    url: database.url,
    keys,
    records,
    pool,
    run,
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * Returns a promise and a function that resolves it, so that a test can hold one transaction open while another tries.
 */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/**
 * Returns true if the promise is still pending after a moment that is long enough for a statement that nothing blocks.
 */
export async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => false,
    () => false,
  );
  return Promise.race([settled, new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 150))]);
}
