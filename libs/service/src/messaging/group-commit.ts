import { itemByItem } from '#libs/bus';
import { FairQueue, type Bucket } from '../admission/fair-queue.js';
import { Problem } from '../problem/problem.js';

export interface GroupCommitOptions<I, O> {
  /** The most items of one batch. */
  readonly batchMax: number;
  /** The most items that may wait. The next one is refused with `busy`. */
  readonly waitingMax: number;
  /** Runs a whole batch in one transaction and returns one result for each item, in order. */
  readonly run: (items: readonly I[]) => Promise<readonly O[]>;
}

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (result: O) => void;
  readonly reject: (error: unknown) => void;
}

const RETRY_AFTER_SECONDS = 2;
/** For items of one sender: they wait in their order. */
const SOLE: Bucket = { kind: 'unsigned', name: '' };

/**
 * Group commit: items that wait at the same time share one transaction. It never waits to fill a batch: the first item
 * runs at once, and the items that arrive during that run form the next batch. One item never fails another: a batch
 * that fails on its content is divided until the item at fault is alone.
 */
export class GroupCommit<I, O> {
  private readonly waiting: FairQueue<Waiting<I, O>>;
  private isRunning = false;

  constructor(private readonly options: GroupCommitOptions<I, O>) {
    this.waiting = new FairQueue(options.waitingMax);
  }

  get length(): number {
    return this.waiting.length;
  }

  /**
   * @throws Problem `busy` if too many of its bucket wait; `not-processed` if this item makes `run` fail on its
   *   content; the error of `run` if it does not concern the content
   */
  add(item: I, bucket: Bucket = SOLE): Promise<O> {
    const { promise, resolve, reject } = Promise.withResolvers<O>();
    const displaced = this.waiting.add(bucket, { item, resolve, reject });
    displaced?.reject(new Problem('busy', { retryAfterSeconds: RETRY_AFTER_SECONDS }));
    if (!this.isRunning) void this.drain();
    return promise;
  }

  private async drain(): Promise<void> {
    this.isRunning = true;
    // Items that arrive in the same turn of the event loop belong to the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      await this.settle(this.nextBatch());
    }
    this.isRunning = false;
  }

  private nextBatch(): readonly Waiting<I, O>[] {
    const batch: Waiting<I, O>[] = [];
    while (batch.length < this.options.batchMax) {
      const next = this.waiting.next();
      if (next === undefined) break;
      batch.push(next);
    }
    return batch;
  }

  /** Answers every item, in their order. */
  private async settle(batch: readonly Waiting<I, O>[]): Promise<void> {
    try {
      await itemByItem(batch, {
        together: async (part) => {
          const results = await this.options.run(part.map(({ item }) => item));
          part.forEach(({ resolve }, at) => resolve(results[at] as O));
        },
        setAside: async ({ reject }, cause) => reject(new Problem('not-processed', {}, { cause })),
      });
    } catch (error) {
      // Items that were answered before keep their answer.
      for (const { reject } of batch) reject(error);
    }
  }
}
