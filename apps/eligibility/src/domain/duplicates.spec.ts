import { describe, expect, it } from '@jest/globals';
import { sharedWith, withHolder } from './duplicates.js';
import { isWithin, mondayOf } from './period.js';

const token = (holders: readonly string[], isContact = false) => ({ isContact, holders: { households: holders } });

describe('what a household shares with others', () => {
  it('two of three with one and the same other household', () => {
    expect(sharedWith('me', [token(['a']), token(['a', 'b'], true), token(['c'])])).toEqual({
      tokensShared: 2,
      contactShared: 2,
    });
  });

  it('one token with each of three others counts as one', () => {
    expect(sharedWith('me', [token(['a']), token(['b'], true), token(['c'])])).toEqual({
      tokensShared: 1,
      contactShared: 1,
    });
  });

  it('a household does not match itself, nor a token without holders', () => {
    const nobody = { isContact: true, holders: undefined };
    expect(sharedWith('me', [token(['me']), token(['me']), nobody])).toEqual({ tokensShared: 0, contactShared: 0 });
    expect(sharedWith('me', [])).toEqual({ tokensShared: 0, contactShared: 0 });
  });

  it('a token remembers each household once, and no more than two dozen', () => {
    expect(withHolder(undefined, 'a')).toEqual({ households: ['a'] });
    expect(withHolder({ households: ['a'] }, 'a')).toEqual({ households: ['a'] });
    const many = Array.from({ length: 24 }, (_, at) => `h${at}`);
    expect(withHolder({ households: many }, 'late')).toEqual({ households: many });
  });
});

describe('a period of impact', () => {
  it('knows its ISO weeks, also at the change of the year', () => {
    const dayOf = (week: string): string | undefined => {
      const monday = mondayOf(week);
      return monday === undefined ? undefined : new Date(monday * 86_400_000).toISOString().slice(0, 10);
    };
    expect(['2026-W01', '2026-W53', '2027-W01', '2027-W53', '2026-W00', 'W46'].map(dayOf)).toEqual([
      '2025-12-29',
      '2026-12-28',
      '2027-01-04',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is within so many weeks or months back, and not in the future', () => {
    const day = Date.UTC(2026, 0, 2) / 86_400_000;
    const weeks = { granularity: 'week', lookback: 12 } as const;
    expect(['2025-W40', '2025-W41', '2026-W01', '2026-W02'].map((week) => isWithin(week, day, weeks))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    const months = { granularity: 'month', lookback: 2 } as const;
    expect(
      ['2025-10', '2025-11', '2026-01', '2026-02', '2026-W01'].map((month) => isWithin(month, day, months)),
    ).toEqual([false, true, true, false, false]);
  });
});
