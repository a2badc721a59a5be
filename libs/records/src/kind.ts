/** Body of a record, as JSON can represent it. */
export type Body = object;

/** A kind of record. Every record of a kind is sealed to one size, so that its length says nothing. */
export interface KindSpec {
  readonly kind: string;
  /** Bytes before sealing. The value, the JSON of the body and six bytes of lengths must fit. */
  readonly sizeBytes: number;
  /** Work has a due hour and can be leased. Other kinds have neither. */
  readonly work: boolean;
  /** Work only: it is never due later than this many days from when it is put or postponed. */
  readonly dueWithinDays?: number;
  /**
   * The nightly turn calls it with its day (`YYYY-MM-DD`). A record for which it returns true has ended and is dropped.
   * Absent: records are kept until they are removed.
   */
  readonly isOver?: (body: Body, today: string) => boolean;
}

/** A body with its own end. `until` is the last day on which it is kept, in days since 1970-01-01. */
export interface Lasting {
  readonly until: number;
}

/** `isOver` for kinds whose bodies are `Lasting`. */
export function isOutlived(body: Body, today: string): boolean {
  return (body as Lasting).until < Date.parse(today) / DAY_MS;
}

/** A record to put: the value by which it is found, and its body. */
export interface Row {
  readonly value: Uint8Array;
  readonly body: Body;
  /** Work only; rounded up to the whole hour. */
  readonly due?: Date;
}

export interface FoundRow<B extends Body = Body> {
  readonly value: Uint8Array;
  readonly body: B;
}

/** Defined here because this library may not depend on the contracts. */
export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Rounds up to the whole hour. The database stores nothing finer about when work is due. */
export function wholeHour(instant: Date): Date {
  return new Date(Math.ceil(instant.getTime() / HOUR_MS) * HOUR_MS);
}

/** Rounds up to the whole minute. A lease is shorter than an hour and needs nothing finer than a minute. */
export function wholeMinute(ms: number): Date {
  return new Date(Math.ceil(ms / MINUTE_MS) * MINUTE_MS);
}
