import { minuteAfter, minuteOf } from './calendar.js';
import { pauseAfter } from './rail.js';

/** The longest pause that is kept in memory only. */
const SHORT_MS = 5_000;
/** So many instruments rest in memory at most; the others wait for the next minute. */
const RESTING_MAX = 1_000;

/**
 * Pauses of some seconds between two questions about an instrument. They are kept in this process only, because the
 * database holds whole minutes: a due time with seconds would show the moment at which a household was paid. Another
 * instance, or this one after a restart, asks again without the pause.
 */
export class ShortRests {
  private readonly until = new Map<string, number>();

  /** The references that rest now, base64url. */
  now(nowMs: number): readonly string[] {
    for (const [reference, untilMs] of this.until) {
      // A clock that has gone back would keep it for as long as it had run ahead.
      if (untilMs <= nowMs || untilMs > nowMs + SHORT_MS) this.until.delete(reference);
    }
    return [...this.until.keys()];
  }

  /** When to ask again, in milliseconds since 1970: a whole minute. */
  dueAfter(nowMs: number, { reference, tries }: { readonly reference: string; readonly tries: number }): number {
    const pauseMs = pauseAfter(tries);
    if (pauseMs > SHORT_MS || this.until.size >= RESTING_MAX) return minuteAfter(nowMs + pauseMs);
    // The first answer is followed by a question at once.
    if (tries > 0) this.until.set(reference, nowMs + pauseMs);
    return minuteOf(nowMs);
  }
}
