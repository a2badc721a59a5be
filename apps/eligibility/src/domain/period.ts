const WEEK_DAYS = 7;
const DAY_MS = 86_400_000;

/** The day of an instant, days since 1970-01-01. */
export function dayAt(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS);
}

/**
 * The Monday of an ISO 8601 week such as `2026-W46`, days since 1970-01-01. Undefined for a week that does not exist.
 */
export function mondayOf(week: string): number | undefined {
  const match = /^(\d{4})-W(\d{2})$/.exec(week);
  if (match === null) return undefined;
  const [year, number] = [Number(match[1]), Number(match[2])];
  // The first week of a year contains 4 January.
  const fourth = Date.UTC(year, 0, 4) / DAY_MS;
  const monday = mondayBefore(fourth) + (number - 1) * WEEK_DAYS;
  const nextYear = mondayBefore(Date.UTC(year + 1, 0, 4) / DAY_MS);
  return number >= 1 && monday < nextYear ? monday : undefined;
}

/** Whether a period has begun and lies within the look-back. `day`: days since 1970-01-01. */
export function isWithin(
  period: string,
  day: number,
  lookback: { granularity: 'week' | 'month'; lookback: number },
): boolean {
  if (lookback.granularity === 'week') {
    const monday = mondayOf(period);
    if (monday === undefined) return false;
    const weeks = (mondayBefore(day) - monday) / WEEK_DAYS;
    return weeks >= 0 && weeks <= lookback.lookback;
  }
  const match = /^(\d{4})-(\d{2})$/.exec(period);
  if (match === null) return false;
  const date = new Date(day * DAY_MS);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() - (Number(match[1]) * 12 + Number(match[2]) - 1);
  return months >= 0 && months <= lookback.lookback;
}

/** 1970-01-01 was a Thursday. */
function mondayBefore(day: number): number {
  return day - ((((day + 3) % WEEK_DAYS) + WEEK_DAYS) % WEEK_DAYS);
}
