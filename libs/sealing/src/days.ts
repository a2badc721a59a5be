import { SealingError } from './errors.js';

/** A UTC day, `YYYY-MM-DD`. */
export type Day = string;

/**
 * How long keys live, in days. How long something that is said has to be readable is decided where messages are
 * declared. Cryptography knows no message, so it is told, and each number stands once.
 */
export interface KeyLife {
  /** A day key dies when so many days have passed since its day began: with 8 it lives to the start of day d+8. */
  readonly days: number;
  /** Day keys are published so many days ahead, so that a kiosk without network can go on sealing. */
  readonly aheadDays: number;
  /** An envelope may carry a day that is so much ahead: the clock of the device that made its slice may be. */
  readonly recordAheadDays: number;
}

/**
 * For so long after it has been replaced an identity key is needed: its last envelope dies, and clocks differ by a day.
 */
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
