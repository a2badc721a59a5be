/** Body of a record: what JSON can carry. */
export type Body = object;

/** What a service keeps under one name. Every record of a kind is sealed to one size, so that length says nothing. */
export interface KindSpec {
  readonly kind: string;
  /** Bytes before sealing: the looked-up value, the JSON of the body and six bytes of lengths must fit. */
  readonly sizeBytes: number;
  /** Work has a due hour and can be leased; anything else has neither. */
  readonly work: boolean;
  /**
   * Asked by the nightly turn with its day (`YYYY-MM-DD`): true for what has ended and is not carried over.
   * Absent: carried over until it is removed.
   */
  readonly isOver?: (body: Body, today: string) => boolean;
}

/** A body that says itself how long it is kept: `until` is the last day, days since 1970-01-01. */
export interface Lasting {
  readonly until: number;
}

/** `isOver` for kinds whose bodies are `Lasting`. */
export function isOutlived(body: Body, today: string): boolean {
  return (body as Lasting).until < Date.parse(today) / DAY_MS;
}

/** A record as it is put: the value by which it is found again, and its body. */
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

/** Its own, since it stands beneath the contracts. */
export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Nothing finer than the hour is written down about when work is to be done. */
export function wholeHour(instant: Date): Date {
  return new Date(Math.ceil(instant.getTime() / HOUR_MS) * HOUR_MS);
}

/** A lease needs to be shorter than an hour, and need not be finer than a minute. */
export function wholeMinute(ms: number): Date {
  return new Date(Math.ceil(ms / MINUTE_MS) * MINUTE_MS);
}
