/** The answer that the day of a submission allows. Days are whole numbers since 1970-01-01 (UTC). */
export type DayRule = 'accept' | 'known-only' | 'day-over' | 'day-to-come';

export interface DayRuleInput {
  readonly day: number;
  readonly today: number;
  readonly minutesToMidnight: number;
}

export interface DayLimits {
  /** New applications of day d are accepted until d + this. */
  readonly acceptDays: number;
  /** Known applications get the same answer until the keys of d are destroyed, at d + this. */
  readonly keyDays: number;
  /** The clock of a device may be this far ahead. */
  readonly graceMinutes: number;
}

export function dayRule({ day, today, minutesToMidnight }: DayRuleInput, limits: DayLimits): DayRule {
  if (day > today + 1) return 'day-to-come';
  if (day === today + 1) return minutesToMidnight <= limits.graceMinutes ? 'accept' : 'day-to-come';
  if (today - day <= limits.acceptDays) return 'accept';
  return today - day < limits.keyDays ? 'known-only' : 'day-over';
}

/** The verdict on a submission, compared with the known content under its id. */
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
