/**
 * How long things live, in UTC days counted from the day `d` of the slice or message.
 * The key, not the log, ends readability: topic data outlives its key and is noise by then.
 */
export const clocks = {
  /** Intake takes a slice of day d from d (with grace) to d + 4. */
  intakeAcceptDays: 4,
  /** A device whose clock runs ahead may be this early. */
  intakeGraceMinutes: 10,
  /** Day keys are made and published this far ahead. */
  dayKeyAheadDays: 7,
  /** The day key of d, and the outbox of d, end after d + 8. */
  dayKeyDays: 8,
  /** A record may carry a day this much ahead: the clock of the device that made its slice may be. */
  recordAheadDays: 2,
  /** What is older than d + 7 is not sent again. */
  republishDays: 7,
  /** Handled keys outlive the producer's outbox by a day. */
  handledDays: 9,
  /** A half that waits for the other one asks again after this. */
  waitingHalfAskDays: 7,
  /** ... and gives its reservation back after this. */
  waitingHalfEndDays: 30,
  topicRetentionDays: 10,
  topicSegmentHours: 12,
} as const;

/** What of these whoever keeps keys goes by. */
export const keyLife = {
  days: clocks.dayKeyDays,
  aheadDays: clocks.dayKeyAheadDays,
  recordAheadDays: clocks.recordAheadDays,
} as const;

/** Clocks that a contract declares; every one in days. */
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
