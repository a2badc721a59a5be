/** A UTC day, written `YYYY-MM-DD`. Nothing kept per household carries a finer time. */
export type Day = string;

const DAY_MS = 86_400_000;
const DAY_PATTERN = /^\d{4}-\d{2}-\d{2}$/;

/** The UTC day that holds this instant. */
export function dayOf(instant: Date): Day {
  return instant.toISOString().slice(0, 10);
}

/** UTC midnight at which the day begins, in milliseconds since 1970. */
export function startOfDay(day: Day): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

export function addDays(day: Day, days: number): Day {
  return dayOf(new Date(startOfDay(day) + days * DAY_MS));
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
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
