import { DAY_MS } from './kind.js';

/** The clock of a process and that of its database may differ by this much. */
export const CLOCKS_APART_MAX_MS = 5 * 60_000;
/** A turn is completed once a day, so that tomorrow is believed after it, and yesterday just before midnight. */
const DAYS_APART_MAX = 1;

/**
 * Why a day is not believed.
 * - `clocks-apart`: the process and its database give different times
 * - `day-ahead`, `day-behind`: both agree, on a day too far from the witnessed one
 * - `no-day`: no day was ever witnessed
 */
export type ClockDoubt = 'clocks-apart' | 'day-ahead' | 'day-behind' | 'no-day';

/** What the three witnesses say. */
export interface Testimony {
  readonly processMs: number;
  readonly databaseMs: number;
  /** Day of the last completed turn, of the first start, or the one that a person accepted, whichever came last. */
  readonly witnessedDay: string | undefined;
}

/** A day, `YYYY-MM-DD`, and why it is not believed; without a doubt it is. */
export interface Verdict {
  readonly day: string;
  readonly witnessedDay: string | undefined;
  readonly doubt: ClockDoubt | undefined;
}

/**
 * Judges whether what ends by the clock may be destroyed. Shortly before and after midnight the two clocks may give two
 * days; then the earlier one counts, by which less has ended.
 */
export function judge({ processMs, databaseMs, witnessedDay }: Testimony): Verdict {
  const day = dayAt(Math.min(processMs, databaseMs));
  const isTogether = Math.abs(processMs - databaseMs) <= CLOCKS_APART_MAX_MS;
  return isTogether
    ? { day, witnessedDay, doubt: doubtAbout(day, witnessedDay) }
    : { day: dayAt(processMs), witnessedDay, doubt: 'clocks-apart' };
}

function doubtAbout(day: string, witnessedDay: string | undefined): ClockDoubt | undefined {
  if (witnessedDay === undefined) return 'no-day';
  const days = (Date.parse(day) - Date.parse(witnessedDay)) / DAY_MS;
  if (days > DAYS_APART_MAX) return 'day-ahead';
  return days < -DAYS_APART_MAX ? 'day-behind' : undefined;
}

function dayAt(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
