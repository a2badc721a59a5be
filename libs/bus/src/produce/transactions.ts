import type { Service } from '#libs/contracts';
import { inTransaction, reading, type Tx } from '#libs/database';
import type pg from 'pg';

import { BusError } from '../trouble/errors.js';
import { failureOf } from '../trouble/failure.js';
import type { Outbox } from './outbox.js';
import type { UnitOfWork } from './unit-of-work.js';

const CONFLICTS_MAX = 20;

/** Lets a service change its state and publish messages about it. Services inject this in place of the bus. */
export abstract class Transactions<S extends Service> {
  /**
   * Runs work in one transaction and sends its messages after the commit. The work runs again if another transaction
   * conflicts with it, so it must have no effect outside of the transaction.
   */
  abstract run<T>(work: (unit: UnitOfWork<S>) => Promise<T>): Promise<T>;

  /** Reads without a transaction. Each statement sees what is committed when it runs. @throws TypeError for a change */
  abstract read<T>(work: (reader: Tx) => Promise<T>): Promise<T>;
}

export interface OutboxTransactionsOptions {
  readonly pool: pg.Pool;
  readonly outbox: Outbox;
  /** Creates the outbox partitions for today. */
  readonly createDays: () => Promise<void>;
  /** Called after messages were committed. */
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
        // A day may begin, or a clock jump, before the periodic check. In another cluster the relay must begin an epoch
        // first.
        if (isNotStored(error) && conflicts === 0) await createDays();
        else if (failureOf(error) !== 'conflict') throw error;
      }
    }
  }
}

/** Whether the outbox has no partition or no epoch yet for a message. */
function isNotStored(error: unknown): boolean {
  return error instanceof BusError && error.code === 'not-stored';
}
