/** How long a cycle is, and for how long its tokens are compared; both in days from its first. */
export interface CycleTerms {
  readonly days: number;
  /** The cycle itself, and the window in which a cap counts. */
  readonly keyLifetimeDays: number;
}

/** Whether tokens of a cycle are no longer compared. `day`: days since 1970-01-01. */
export function isCycleOver({ days, keyLifetimeDays }: CycleTerms, cycle: number, day: number): boolean {
  return cycle * days + keyLifetimeDays <= day;
}
