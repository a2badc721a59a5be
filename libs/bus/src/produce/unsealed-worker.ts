import type { Day } from '#libs/contracts';
import { inTransaction, Loop } from '#libs/database';
import type pg from 'pg';

import type { UnsealedMessages } from '../inbox/unsealed-messages.js';
import { itemByItem } from '../trouble/item-by-item.js';
import type { Outbox } from './outbox.js';

const AT_ONCE = 500;

export interface UnsealedWorkerOptions {
  readonly pool: pg.Pool;
  readonly unsealed: UnsealedMessages;
  readonly outbox: Pick<Outbox, 'canSeal' | 'seal'>;
  readonly today: () => Day;
  /** Called after messages were written to the outbox. */
  readonly committed: () => void;
  readonly pollMs: number;
}

/** Seals and sends messages that waited for a key of their consumer. Those whose key is still missing wait on. */
export class UnsealedWorker {
  private readonly loop: Loop;

  constructor(private readonly options: UnsealedWorkerOptions) {
    const { pollMs } = options;
    this.loop = new Loop({ work: () => this.once(), pollMs, failurePauseMs: pollMs });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  wake(): void {
    this.loop.wake();
  }

  /** Goes through the waiting messages once. @returns 0: what still waits is looked at after a pause */
  private async once(): Promise<number> {
    const { pool, unsealed, outbox, today } = this.options;
    let after: Awaited<ReturnType<UnsealedMessages['page']>>['end'];
    do {
      const page = await inTransaction(pool, (tx) => unsealed.page(tx, AT_ONCE, after));
      const rows = page.rows.filter(({ message }) => outbox.canSeal(message, today()));
      await itemByItem(rows, {
        together: async (part) => {
          await inTransaction(pool, async (tx) => outbox.seal(tx, await unsealed.take(tx, part)));
          this.options.committed();
        },
        setAside: () => Promise.resolve(),
      });
      after = page.end;
    } while (after !== undefined);
    return 0;
  }
}
