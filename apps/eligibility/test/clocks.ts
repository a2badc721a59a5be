import type { Clocks } from '../src/domain/ending.js';

/** Days of the length that cities set. */
export const clocks: Clocks = {
  waitDays: 30,
  appealDays: 30,
  reopenDays: 90,
  unclaimedDays: 60,
  disputeDays: 60,
  longestDays: 240,
  nothingOlderDays: 9,
};
