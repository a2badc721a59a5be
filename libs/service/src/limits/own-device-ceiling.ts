import { Injectable } from '@nestjs/common';
import { ServiceConfig } from '../config/service.config.js';
import { Problem } from '../problem/problem.js';
import { Ceiling } from '../admission/ceiling.js';
import type { Bucket } from '../admission/fair-queue.js';
import { RefusalCount } from './refusal-count.js';

/** What became of one item of a batch. */
export interface Bounded<O> {
  /** `unknown`: it was not stored before, and was not stored now. */
  readonly state: 'stored' | 'known' | 'unknown';
  readonly answer: O;
}

/**
 * Bounds what households' own devices may store in an hour. Rubbish that is sealed well looks like an application, so
 * that only their number limits the disk. The ceiling is asked last, in the order of turns, and keeps a part back for
 * networks that sent little.
 */
@Injectable()
export class OwnDeviceCeiling {
  private readonly ceiling: Ceiling;

  constructor(
    { ownDevicePerHour }: ServiceConfig,
    private readonly refusals: RefusalCount,
  ) {
    this.ceiling = new Ceiling(ownDevicePerHour);
  }

  /**
   * Runs a batch in which an item may be stored if there is room for it. What is known already needs no room: a device
   * whose answer was lost gets it again, and nobody uses up the hour by sending one thing many times.
   *
   * @param buckets of each item; undefined for one that is not bounded
   * @param run is told for each item whether it may be stored
   * @returns the answer of each item, or the Problem `too-many`
   * @throws the error of `run`
   */
  async bound<O>(
    buckets: readonly (Bucket | undefined)[],
    run: (mayStore: readonly boolean[]) => Promise<readonly Bounded<O>[]>,
  ): Promise<readonly (O | Problem)[]> {
    const waits = buckets.map((bucket) => (bucket === undefined ? 0 : this.ceiling.take(bucket.name)));
    let handled: readonly Bounded<O>[] = [];
    try {
      handled = await run(waits.map((seconds) => seconds === 0));
    } finally {
      buckets.forEach((bucket, at) => {
        const isUnused = waits[at] === 0 && handled[at]?.state !== 'stored';
        if (bucket !== undefined && isUnused) this.ceiling.giveBack(bucket.name);
      });
    }
    return handled.map(({ state, answer }, at) => {
      const seconds = waits[at] ?? 0;
      return seconds > 0 && state === 'unknown' ? this.refusal(seconds) : answer;
    });
  }

  private refusal(retryAfterSeconds: number): Problem {
    this.refusals.note();
    return new Problem('too-many', { retryAfterSeconds });
  }
}
