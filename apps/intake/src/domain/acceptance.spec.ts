import { describe, expect, it } from '@jest/globals';
import { dayRule, verdictOf, type DayRule } from './acceptance.js';

const limits = { acceptDays: 4, keyDays: 8, graceMinutes: 10 };
const today = 20_000;

describe('an application is taken by its day', () => {
  it.each<[string, number, number, DayRule]>([
    ['of today', 0, 600, 'accept'],
    ['of four days ago', -4, 600, 'accept'],
    ['of five days ago only if it is known', -5, 600, 'known-only'],
    ['of seven days ago only if it is known', -7, 600, 'known-only'],
    ['of eight days ago not at all', -8, 600, 'day-over'],
    ['of tomorrow within the grace of a fast clock', 1, 10, 'accept'],
    ['of tomorrow before that not yet', 1, 11, 'day-to-come'],
    ['of the day after tomorrow never', 2, 1, 'day-to-come'],
  ])('%s', (_name, offset, minutesToMidnight, rule) => {
    expect(dayRule({ day: today + offset, today, minutesToMidnight }, limits)).toBe(rule);
  });

  it('follows from these limits on every other day too, however long ago or ahead', () => {
    for (let offset = -800; offset <= 800; offset += 1)
      for (const minutesToMidnight of [1, 10, 11, 1440]) {
        const early = offset === 1 && minutesToMidnight <= 10 ? 'accept' : 'day-to-come';
        const late = offset <= -8 ? 'day-over' : offset <= -5 ? 'known-only' : 'accept';
        const rule = dayRule({ day: today + offset, today, minutesToMidnight }, limits);
        expect([offset, rule]).toEqual([offset, offset > 0 ? early : late]);
      }
  });
});

describe('what is known under the same number', () => {
  it('the same content gets the same answer, other content is refused, and an unknown old application is over', () => {
    expect(verdictOf({ isNew: true, knownDigest: undefined, digest: 'a' })).toBe('accepted');
    expect(verdictOf({ isNew: false, knownDigest: 'a', digest: 'a' })).toBe('repeated');
    expect(verdictOf({ isNew: false, knownDigest: 'b', digest: 'a' })).toBe('other-content');
    expect(verdictOf({ isNew: false, knownDigest: undefined, digest: 'a' })).toBe('day-over');
  });
});
