const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** The hour in which this instant lies, in milliseconds since 1970. */
export function hourOf(nowMs: number): number {
  return Math.floor(nowMs / HOUR_MS) * HOUR_MS;
}

/** The whole minute at this instant or after it, in milliseconds since 1970. */
export function minuteAfter(ms: number): number {
  return Math.ceil(ms / MINUTE_MS) * MINUTE_MS;
}

/** The minute in which this instant lies, in milliseconds since 1970. */
export function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}

/** The day on which this instant lies, days since 1970-01-01. */
export function dayNumberOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS);
}

/** The Monday of the week in which this day lies; days since 1970-01-01, which was a Thursday. */
export function mondayOf(day: number): number {
  return day - ((day + 3) % 7);
}
