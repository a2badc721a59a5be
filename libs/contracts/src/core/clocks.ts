/**
 * Lifetimes, in UTC days from the day `d` of the slice or message. The destruction of the day key makes a message
 * unreadable, not the deletion of the log: topic data outlives its key.
 */
export const clocks = {
  /** Intake accepts a slice of day d from d (with grace) to d + 4. */
  intakeAcceptDays: 4,
  /** A slice of the next day may arrive this early, because the clock of its device may run ahead. */
  intakeGraceMinutes: 10,
  /** Day keys are made and published this far ahead. */
  dayKeyAheadDays: 7,
  /** The day key of d, and the outbox of d, end after d + 8. */
  dayKeyDays: 8,
  /** The day of a record may lie this far ahead, because the clock of the device that made its slice may run ahead. */
  recordAheadDays: 2,
  /** Messages older than d + 7 are not sent again. */
  republishDays: 7,
  /** The inbox keeps handled keys one day longer than the producer keeps its outbox. */
  handledDays: 9,
  /** A half of an application that waits for the other half asks again after this. */
  waitingHalfAskDays: 7,
  /** ... and after this the reservation is given back. */
  waitingHalfEndDays: 30,
  topicRetentionDays: 10,
  topicSegmentHours: 12,
} as const;

/** The clocks that key stores need. */
export const keyLife = {
  days: clocks.dayKeyDays,
  aheadDays: clocks.dayKeyAheadDays,
  recordAheadDays: clocks.recordAheadDays,
} as const;

/** The clocks that a contract declares, all in days. */
export interface ContractClocks {
  readonly outboxDays: number;
  readonly republishDays: number;
  readonly topicRetentionDays: number;
}

export const messageClocks: ContractClocks = {
  outboxDays: clocks.dayKeyDays,
  republishDays: clocks.republishDays,
  topicRetentionDays: clocks.topicRetentionDays,
};
