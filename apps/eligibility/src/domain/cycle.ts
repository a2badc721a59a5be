/** The length of a cycle and the life of its token keys, both in days from the first day of the cycle. */
export interface CycleTerms {
  readonly days: number;
  /** The cycle itself and the window in which a cap counts. */
  readonly keyLifetimeDays: number;
}

/** Whether the tokens of a cycle are no longer compared. `day`: days since 1970-01-01. */
export function isCycleOver({ days, keyLifetimeDays }: CycleTerms, cycle: number, day: number): boolean {
  return cycle * days + keyLifetimeDays <= day;
}
