import { SealingError } from './errors.js';

/** A UTC day, `YYYY-MM-DD`. */
export type Day = string;

/**
 * The life of keys, in days. The contracts decide how long a message must be readable. This library knows no contract
 * and gets the numbers from its callers.
 */
export interface KeyLife {
  /** A day key is destroyed this many days after its day began: with 8, at the start of day d+8. */
  readonly days: number;
  /** Day keys are published this many days ahead, so that a kiosk without network can still seal. */
  readonly aheadDays: number;
  /** The day of an envelope may be this far ahead, because the clock of a device may be. */
  readonly recordAheadDays: number;
}

/** Days for which a replaced identity key is still needed: until its last envelope has expired, and one day more. */
export function identityOutlivesDays({ days, recordAheadDays }: KeyLife): number {
  return recordAheadDays + days + 1;
}

const DAY_MS = 86_400_000;

export function isDay(text: unknown): text is Day {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** @throws SealingError `malformed` for a text that is not a day */
export function addDays(day: Day, count: number): Day {
  if (!isDay(day)) throw new SealingError('malformed');
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}
