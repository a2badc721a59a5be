import { HOUR_MS } from '#libs/contracts';

/** The part of an hour's number that may come at once. */
const AT_ONCE = 0.25;
/** The part of what may come at once that is kept for senders who had little. */
const KEPT_BACK = 0.5;
/** A sender had little while it had at most this part of an hour's number. */
const LITTLE = 0.005;
/** The most senders of an hour that are remembered. */
const SENDERS_MAX = 20_000;

/**
 * Bounds how many of something happen in any hour: a quarter at once, and the rest evenly. A number that is used up in
 * the first minutes would shut everybody else out until the hour is over. A sender who had more than 0.5 % of the
 * hour's number leaves half of what may come at once to the others. Times are milliseconds of a clock that does not go
 * back.
 */
export class Ceiling {
  private readonly capacity: number;
  private readonly little: number;
  private readonly perMs: number;
  private tokens: number;
  private atMs = Number.NEGATIVE_INFINITY;
  private hour = 0;
  private readonly taken = new Map<string, number>();

  constructor(perHour: number) {
    this.capacity = Math.max(1, Math.floor(perHour * AT_ONCE));
    this.little = Math.max(1, Math.floor(perHour * LITTLE));
    // One an hour comes at once, and another one an hour later.
    this.perMs = Math.max(perHour - this.capacity, 1) / HOUR_MS;
    this.tokens = this.capacity;
  }

  /** @returns 0, or the seconds after which the next one of this sender may come */
  take(sender: string, nowMs = performance.now()): number {
    this.fill(nowMs);
    const taken = this.taken.get(sender) ?? 0;
    const needed = 1 + (taken < this.little ? 0 : Math.floor(this.capacity * KEPT_BACK));
    if (this.tokens < needed) return Math.max(1, Math.ceil((needed - this.tokens) / this.perMs / 1_000));
    this.tokens -= 1;
    if (taken === 0 && this.taken.size >= SENDERS_MAX) this.taken.delete(this.taken.keys().next().value as string);
    this.taken.set(sender, taken + 1);
    return 0;
  }

  /** Undoes one `take` for something that did not happen. */
  giveBack(sender: string): void {
    this.tokens = Math.min(this.capacity, this.tokens + 1);
    const taken = this.taken.get(sender) ?? 0;
    if (taken > 0) this.taken.set(sender, taken - 1);
  }

  private fill(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.atMs);
    this.tokens = Math.min(this.capacity, this.tokens + elapsedMs * this.perMs);
    this.atMs = Math.max(this.atMs, nowMs);
    const hour = Math.floor(nowMs / HOUR_MS);
    if (hour === this.hour) return;
    this.hour = hour;
    this.taken.clear();
  }
}
