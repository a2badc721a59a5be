import type { Admin, Consumer } from 'kafkajs';
import type pg from 'pg';

import type { OnAlarm } from '../trouble/alarm.js';
import { Backoff } from '../trouble/backoff.js';
import { CrashLoopGuard } from './crash-loop-guard.js';
import type { Incoming } from './opening.js';
import { partitionKey, readOffsets, startAt, type PartitionName } from './positions.js';
import type { Applied, Control, End, Ended } from './processor.js';

export interface AssignmentOptions {
  readonly pool: pg.Pool;
  readonly admin: () => Promise<Admin>;
  readonly group: string;
  readonly process: (messages: readonly Incoming[], control: Control) => Promise<Ended>;
  readonly alarm: OnAlarm;
}

/** The partitions of this member from one join of its group to the next, and its offsets in them. */
export class Assignment {
  private readonly guard: CrashLoopGuard;
  /** The offset after the last fetched one, by partition. */
  private readonly expected = new Map<string, bigint>();
  private applied: Applied = new Map();
  private positioned: Promise<void>;
  private isOver = false;

  constructor(
    private readonly options: AssignmentOptions,
    private readonly client: Pick<Consumer, 'seek'>,
    private readonly partitions: Readonly<Record<string, readonly number[]>>,
  ) {
    // The guard starts anew: the instance that had these partitions before may have died at one of their messages.
    this.guard = new CrashLoopGuard(options.pool, options.alarm);
    this.positioned = this.position({ isAgain: false });
  }

  /** Resolves when the start offsets are known. No message of this assignment is handled before. */
  get ready(): Promise<void> {
    return this.positioned;
  }

  /** Ends the work of this assignment. Another one replaces it, or the client has ended. */
  end(): void {
    this.isOver = true;
  }

  /** Moves back to the applied offsets of a database that was restored while this process ran. */
  goBack(): void {
    this.expected.clear();
    this.applied = new Map();
    this.positioned = this.position({ isAgain: true });
  }

  /**
   * Raises `log-gap` if offsets are missing: the client silently starts at the beginning if its offset left the log.
   */
  fetched({ topic, partition }: PartitionName, first: bigint, last: bigint): void {
    const key = partitionKey({ topic, partition });
    const expected = this.expected.get(key);
    if (expected !== undefined && first > expected) this.options.alarm({ code: 'log-gap', topic });
    this.expected.set(key, last + 1n);
  }

  /** Handles messages. @throws what the database throws; the caller tries again */
  take(messages: readonly Incoming[], control: Pick<Control, 'aborted' | 'rest'>): Promise<End> {
    return this.guard.guard(messages, control, async (portion, waits) => {
      const { end, applied } = await this.options.process(portion, { ...waits, applied: this.applied });
      this.applied = applied;
      return end;
    });
  }

  /** @param isAgain move the client in any case, because it has read too far */
  private async position(how: { readonly isAgain: boolean }): Promise<void> {
    const backoff = new Backoff();
    while (!this.isOver) {
      try {
        await this.seek(how);
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, backoff.nextMs()));
      }
    }
  }

  private async seek({ isAgain }: { readonly isAgain: boolean }): Promise<void> {
    const { pool, admin, group, alarm } = this.options;
    const all = await readOffsets({ pool, admin: await admin(), group }, Object.keys(this.partitions));
    const own = Object.entries(this.partitions).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition, offsets: all.get(partitionKey({ topic, partition })) })),
    );
    const applied = new Map<string, bigint>();
    for (const { topic, partition, offsets } of own) {
      if (offsets === undefined || this.isOver) continue;
      if (offsets.applied !== undefined) applied.set(partitionKey({ topic, partition }), offsets.applied);
      const start = startAt(offsets);
      if (start.alarm !== undefined) alarm({ code: start.alarm, topic });
      const seek = start.seek ?? (isAgain ? (offsets.committed ?? offsets.log.low) : undefined);
      if (seek !== undefined) this.client.seek({ topic, partition, offset: String(seek) });
    }
    this.applied = applied;
  }
}
