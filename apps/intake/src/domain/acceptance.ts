/** What intake may say to a submission, by its day alone. Days are whole numbers since 1970-01-01 (UTC). */
export type DayRule = 'accept' | 'known-only' | 'day-over' | 'day-to-come';

export interface DayRuleInput {
  readonly day: number;
  readonly today: number;
  readonly minutesToMidnight: number;
}

export interface DayLimits {
  /** New applications of day d are taken until d + this. */
  readonly acceptDays: number;
  /** Those that are known get the same answer until the keys of d die, at d + this. */
  readonly keyDays: number;
  /** A device's clock may be this far ahead. */
  readonly graceMinutes: number;
}

export function dayRule({ day, today, minutesToMidnight }: DayRuleInput, limits: DayLimits): DayRule {
  if (day > today + 1) return 'day-to-come';
  if (day === today + 1) return minutesToMidnight <= limits.graceMinutes ? 'accept' : 'day-to-come';
  if (today - day <= limits.acceptDays) return 'accept';
  return today - day < limits.keyDays ? 'known-only' : 'day-over';
}

/** What became of a submission, next to what was already known under its number. */
export type Verdict = 'accepted' | 'repeated' | 'other-content' | 'day-over';

export function verdictOf(input: {
  readonly isNew: boolean;
  readonly knownDigest: string | undefined;
  readonly digest: string;
}): Verdict {
  if (input.isNew) return 'accepted';
  if (input.knownDigest === undefined) return 'day-over';
  return input.knownDigest === input.digest ? 'repeated' : 'other-content';
}
