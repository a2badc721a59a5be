import { locks } from '#libs/database';
import pg from 'pg';

import { RecordsError } from './errors.js';

const HOLDERS_MAX = 59;

/** Timeouts, so that nothing waits for a connection whose other end is gone. */
const SAFE_CONNECTION = { keepAlive: true, connectionTimeoutMillis: 5_000, query_timeout: 10_000 } as const;

export interface Holding {
  /** From 1 to 59. */
  readonly number: number;
  /** Kinds of work of which an earlier process has nothing leased under this number any more. */
  readonly cleared: Set<string>;
}

interface Held extends Holding {
  readonly client: pg.Client;
}

/**
 * Shows which process leases work and that it lives. Each process holds the lock of one number on a connection of its
 * own. The server ends the lock with the process, so that leases of dead processes can be told from work in progress.
 */
export class LeaseHolder {
  private held: Promise<Held> | undefined;

  /** @param direct the database, not through a pooler: the lock lasts as long as the connection */
  constructor(private readonly direct: pg.ClientConfig) {}

  /** Returns the number of this process; another one after its connection was lost. @throws what the client throws */
  async current(): Promise<Holding> {
    this.held ??= this.take();
    const held = this.held;
    try {
      return await held;
    } catch (error) {
      if (this.held === held) this.held = undefined;
      throw error;
    }
  }

  /** Ends the connection, and with it the lock. */
  async stop(): Promise<void> {
    const held = await this.held?.catch(() => undefined);
    this.held = undefined;
    await held?.client.end().catch(() => undefined);
  }

  private async take(): Promise<Held> {
    const client = new pg.Client({ ...SAFE_CONNECTION, ...this.direct });
    // Without a listener Node would end the process.
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (let number = 1; number <= HOLDERS_MAX; number += 1) {
        const { rows } = await client.query<{ won: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS won', [
          locks.leaseHolder,
          number,
        ]);
        if (rows[0]?.won !== true) continue;
        const held = this.held;
        client.on('end', () => {
          if (this.held === held) this.held = undefined;
        });
        return { number, client, cleared: new Set() };
      }
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    await client.end().catch(() => undefined);
    throw new RecordsError('too-many-holders');
  }
}
