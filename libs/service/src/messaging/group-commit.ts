import { Problem } from '../problem/problem.js';

export interface GroupCommitOptions<I, O> {
  /** Items of one batch at most. */
  readonly batchMax: number;
  /** Items that may wait; one more is told to come back. */
  readonly waitingMax: number;
  /** Does a whole batch, in one transaction; gives one result for each item, in order. */
  readonly run: (items: readonly I[]) => Promise<readonly O[]>;
}

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (result: O) => void;
  readonly reject: (error: unknown) => void;
}

const RETRY_AFTER_SECONDS = 2;

/**
 * Group commit: what is waiting at the same moment shares one transaction. It never waits to fill a batch: the first
 * goes at once, and those that come meanwhile go together.
 */
export class GroupCommit<I, O> {
  private readonly waiting: Waiting<I, O>[] = [];
  private isRunning = false;

  constructor(private readonly options: GroupCommitOptions<I, O>) {}

  get length(): number {
    return this.waiting.length;
  }

  /** @throws Problem `busy` when too many wait; whatever `run` throws for the whole batch */
  add(item: I): Promise<O> {
    if (this.waiting.length >= this.options.waitingMax) {
      return Promise.reject(new Problem('busy', { retryAfterSeconds: RETRY_AFTER_SECONDS }));
    }
    const { promise, resolve, reject } = Promise.withResolvers<O>();
    this.waiting.push({ item, resolve, reject });
    if (!this.isRunning) void this.drain();
    return promise;
  }

  private async drain(): Promise<void> {
    this.isRunning = true;
    // What arrives in the same turn of the event loop belongs to the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.options.batchMax);
      try {
        const results = await this.options.run(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, at) => resolve(results[at] as O));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.isRunning = false;
  }
}
