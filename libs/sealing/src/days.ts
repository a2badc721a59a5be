import { SealingError } from './errors.js';

/** A UTC day, `YYYY-MM-DD`. */
export type Day = string;

/** A day key dies when this many days have passed since its day began: it lives to the start of day d+8. */
export const DAY_KEY_DAYS = 8;

/** Day keys are published this many days ahead, so that a kiosk without network can go on sealing. */
export const DAY_KEYS_AHEAD = 7;

/** A record may carry a day that is this much ahead: the clock of the device that made its slice may be. */
export const RECORD_DAYS_AHEAD = 2;

/** For so long after it has been replaced an identity key is needed: its last record dies, and clocks differ by a day. */
export const IDENTITY_OUTLIVES_DAYS = RECORD_DAYS_AHEAD + DAY_KEY_DAYS + 1;

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
