import type { Service } from '#libs/contracts';
import { inTransaction, reading, type Tx } from '#libs/database';
import type pg from 'pg';

import { BusError } from '../trouble/errors.js';
import { failureOf } from '../trouble/failure.js';
import type { Outbox } from './outbox.js';
import type { UnitOfWork } from './unit-of-work.js';

const CONFLICTS_MAX = 20;

/** All that a service needs of the bus to change its state and to say what follows: inject it in place of the bus. */
export abstract class Transactions<S extends Service> {
  /**
   * Runs work in one transaction and sends what it has published once it is committed. Work is done again when another
   * transaction was in its way, so it must not leave traces outside of the transaction.
   */
  abstract run<T>(work: (unit: UnitOfWork<S>) => Promise<T>): Promise<T>;

  /** Reads without a transaction: each statement by itself sees what is committed. @throws TypeError for a change */
  abstract read<T>(work: (reader: Tx) => Promise<T>): Promise<T>;
}

export interface OutboxTransactionsOptions {
  readonly pool: pg.Pool;
  readonly outbox: Outbox;
  /** Makes the outbox's place for today. */
  readonly createDays: () => Promise<void>;
  /** Messages were committed. */
  readonly committed: () => void;
}

/** Transactions whose messages go through the outbox. */
export class OutboxTransactions<S extends Service> extends Transactions<S> {
  constructor(private readonly options: OutboxTransactionsOptions) {
    super();
  }

  read<T>(work: (reader: Tx) => Promise<T>): Promise<T> {
    return reading(this.options.pool, work);
  }

  async run<T>(work: (unit: UnitOfWork<S>) => Promise<T>): Promise<T> {
    const { pool, outbox, committed, createDays } = this.options;
    for (let conflicts = 0; ; conflicts += 1) {
      const messages = outbox.open();
      try {
        const [result, written] = await inTransaction(pool, async (tx) => {
          const value = await work(messages.unitOf<S>(tx));
          return [value, await messages.write(tx)] as const;
        });
        if (written > 0) committed();
        return result;
      } catch (error) {
        if (conflicts >= CONFLICTS_MAX) throw error;
        // A day may begin, or a clock leap, before anybody has looked. In another cluster the relay has to look first.
        if (isNotStored(error) && conflicts === 0) await createDays();
        else if (failureOf(error) !== 'conflict') throw error;
      }
    }
  }
}

/** The outbox has no place yet for the day or for the cluster of a message. */
function isNotStored(error: unknown): boolean {
  return error instanceof BusError && error.code === 'not-stored';
}
