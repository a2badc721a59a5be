import { Signal } from '#libs/database';
import type { EachBatchPayload } from 'kafkajs';

import { BusError } from '../trouble/errors.js';
import type { Incoming } from './opening.js';
import type { Control } from './processor.js';

const PAUSE_AFTER_FAULT_MS = 500;

/** The messages that one fetch brought of one partition. */
export interface FetchedBatch {
  readonly messages: readonly Incoming[];
  readonly payload: EachBatchPayload;
}

interface Waiting extends FetchedBatch {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface FetchCoalescerOptions {
  /** Resolves when the start offsets of this assignment are known. */
  readonly ready: () => Promise<void>;
  /** @returns whether everything was committed */
  readonly handle: (messages: readonly Incoming[], control: Pick<Control, 'aborted' | 'rest'>) => Promise<boolean>;
  /** @returns false if the bus is to stop as if its process had ended */
  readonly failpoint: (name: 'before-offsets') => Promise<boolean>;
  readonly heartbeatMs: number;
  readonly batchMax: number;
}

/**
 * Joins what one fetch brought of all topics and partitions into one transaction. The client fetches again only after
 * every batch of the last fetch is done. A batch never waits for more messages.
 */
export class FetchCoalescer {
  private waiting: Waiting[] = [];
  private running = false;
  private stopped = false;
  private heartbeat: Heartbeat | undefined;

  constructor(private readonly options: FetchCoalescerOptions) {}

  /** Resolves when the batch is committed in the database and its offset on the broker. */
  add(batch: FetchedBatch): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...batch, resolve, reject });
      if (this.running) return;
      this.running = true;
      setImmediate(() => void this.run());
    });
  }

  stop(): void {
    this.stopped = true;
    this.heartbeat?.wake();
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const joined = this.waiting;
      this.waiting = [];
      await this.handle(joined);
    }
    this.running = false;
  }

  private async handle(joined: readonly Waiting[]): Promise<void> {
    const heartbeat = new Heartbeat(joined, this.options.heartbeatMs);
    this.heartbeat = heartbeat;
    try {
      await Promise.race([this.options.ready(), heartbeat.stopped]);
      // Skips batches that were fetched before the consumer stopped or moved to another offset.
      const current = joined.filter(({ payload }) => payload.isRunning() && !payload.isStale());
      const isCommitted = await this.handleAll(current, heartbeat);
      if (isCommitted && (await this.options.failpoint('before-offsets'))) await commitOffsets(current);
    } catch {
      // The pause keeps a fault of our own from spinning.
      if (heartbeat.error === undefined) await heartbeat.rest(PAUSE_AFTER_FAULT_MS);
    }
    heartbeat.end();
    for (const each of joined) {
      // The client fetches a batch again if its offsets are not resolved. A failed heartbeat must reach the client, so
      // that it joins the group again after a rebalance. Any other error would end the client for good.
      if (heartbeat.error === undefined) each.resolve();
      else each.reject(heartbeat.error);
    }
  }

  private async handleAll(batches: readonly FetchedBatch[], heartbeat: Heartbeat): Promise<boolean> {
    const messages = batches.flatMap((batch) => batch.messages);
    const aborted = (): boolean => this.stopped || heartbeat.error !== undefined;
    const rest = (ms: number): Promise<void> => heartbeat.rest(ms);
    for (let at = 0; at < messages.length; at += this.options.batchMax) {
      const isCommitted =
        !aborted() && (await this.options.handle(messages.slice(at, at + this.options.batchMax), { aborted, rest }));
      if (!isCommitted) return false;
    }
    return !aborted();
  }
}

async function commitOffsets(batches: readonly FetchedBatch[]): Promise<void> {
  const [first] = batches;
  if (first === undefined) return;
  for (const { payload } of batches) payload.resolveOffset(payload.batch.lastOffset());
  const byTopic = Map.groupBy(batches, ({ payload }) => payload.batch.topic);
  const topics = [...byTopic].map(([topic, ofTopic]) => ({
    topic,
    partitions: ofTopic.map(({ payload: { batch } }) => ({
      partition: batch.partition,
      offset: String(BigInt(batch.lastOffset()) + 1n),
    })),
  }));
  // The database has committed, and that decides. If this fails, the messages only come again.
  await first.payload.commitOffsetsIfNecessary({ topics }).catch(() => undefined);
}

/** Tells the group that this member lives while it works on its batches. */
class Heartbeat {
  error: Error | undefined;
  /** Rejects at the first failed heartbeat. */
  readonly stopped: Promise<never>;
  private readonly timer: NodeJS.Timeout;
  private readonly signal = new Signal();

  constructor(batches: readonly Waiting[], everyMs: number) {
    let fail: (error: unknown) => void = () => undefined;
    this.stopped = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.stopped.catch(() => undefined);
    this.timer = setInterval(() => {
      batches[0]?.payload.heartbeat().catch((error: unknown) => {
        this.error ??= error instanceof Error ? error : new BusError('halted');
        fail(error);
        this.signal.send();
      });
    }, everyMs);
  }

  rest(ms: number): Promise<void> {
    return this.signal.wait(ms);
  }

  wake(): void {
    this.signal.send();
  }

  end(): void {
    clearInterval(this.timer);
  }
}
