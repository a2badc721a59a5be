/** A UTC day, written `YYYY-MM-DD`. Data of a household carries no finer time. */
export type Day = string;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
const DAY_PATTERN = /^\d{4}-\d{2}-\d{2}$/;

/** The UTC day that holds this instant. */
export function dayOf(instant: Date): Day {
  return instant.toISOString().slice(0, 10);
}

/** The whole hour in which this instant lies. Due times of work are stored no finer than this. */
export function startOfHour(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / HOUR_MS) * HOUR_MS);
}

/** UTC midnight at which the day begins, in milliseconds since 1970. */
export function startOfDay(day: Day): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

export function addDays(day: Day, days: number): Day {
  return dayOf(new Date(startOfDay(day) + days * DAY_MS));
}

/** Whole days from `from` to `to`; negative if `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((startOfDay(to) - startOfDay(from)) / DAY_MS);
}

/** Days since 1970-01-01: the number that names a night. */
export function dayNumber(day: Day): number {
  return startOfDay(day) / DAY_MS;
}

/** The reverse of `dayNumber`. */
export function dayNumbered(number: number): Day {
  return dayOf(new Date(number * DAY_MS));
}

/** True for a real calendar day: `2026-02-30` is none. */
export function isDay(value: unknown): value is Day {
  if (typeof value !== 'string' || !DAY_PATTERN.test(value)) return false;
  const start = startOfDay(value);
  return Number.isFinite(start) && dayOf(new Date(start)) === value;
}
