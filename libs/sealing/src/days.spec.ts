import { describe, expect, it } from '@jest/globals';
import { addDays, isDay } from './days.js';

describe('days', () => {
  it.each([
    ['2026-02-28', 1, '2026-03-01'],
    ['2028-02-28', 1, '2028-02-29'],
    ['2026-12-31', 1, '2027-01-01'],
    ['2026-03-08', -8, '2026-02-28'],
    ['2026-11-01', 7, '2026-11-08'],
  ])('%s and %i days is %s', (day, count, expected) => {
    expect(addDays(day, count)).toBe(expected);
  });

  it.each(['2026-02-29', '2026-13-01', '2026-1-01', '2026-01-01T00', ' 2026-01-01', '', 20260101, null])(
    'does not take %j for a day',
    (text) => {
      expect(isDay(text)).toBe(false);
    },
  );
});
