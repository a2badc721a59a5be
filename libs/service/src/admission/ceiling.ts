import { TokenBuckets } from './token-buckets.js';

const HOUR_SECONDS = 3_600;
/** The part of an hour's number that may come at once. */
const AT_ONCE = 0.25;

/**
 * Bounds how many of something happen in any hour: a quarter at once, and the rest evenly. A number that is used up in
 * the first minutes would shut everybody else out until the hour is over.
 */
export class Ceiling {
  private readonly buckets: TokenBuckets;

  constructor(perHour: number) {
    const capacity = Math.max(1, Math.floor(perHour * AT_ONCE));
    const perSecond = Math.max(perHour - capacity, 1) / HOUR_SECONDS;
    this.buckets = new TokenBuckets({ capacity, perSecond, bucketsMax: 1 });
  }

  /** @returns 0, or the seconds after which the next one may come */
  take(nowMs = performance.now()): number {
    return this.buckets.take('all', nowMs);
  }
}
