import type { Clocks } from '../src/domain/clocks.js';

/** Days of the length that cities set. */
export const clocks: Clocks = {
  waitDays: 30,
  unclaimedDays: 60,
  reopenDays: 90,
  appealDays: 30,
  disputeDays: 60,
  longestDays: 240,
  nothingOlderDays: 9,
};
