import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { judge, CLOCKS_APART_MAX_MS, type ClockDoubt } from './witnesses.js';

const DAY_MS = 86_400_000;
const TODAY = '2026-11-18';
const NOON_MS = Date.parse(`${TODAY}T12:00:00Z`);

const leaps = [-400, -61, -9, -2, -1, 1, 2, 9, 61, 400] as const;
const doubtAfter = (processDays: number, databaseDays: number, witnessedDay: string | undefined = TODAY) =>
  judge({ processMs: NOON_MS + processDays * DAY_MS, databaseMs: NOON_MS + databaseDays * DAY_MS, witnessedDay }).doubt;

describe('the three witnesses', () => {
  it('believe the day of the last completed turn and the next one, when both clocks give it', () => {
    expect([doubtAfter(0, 0), doubtAfter(1, 1), doubtAfter(-1, -1)]).toEqual([undefined, undefined, undefined]);
  });

  it.each(leaps)('doubt a clock of either side that has leapt alone, by %d days', (days) => {
    expect([doubtAfter(days, 0), doubtAfter(0, days)]).toEqual(['clocks-apart', 'clocks-apart']);
  });

  it('doubt both clocks on a day that no turn has led to: the third rule alone', () => {
    const doubts = leaps.map((days): readonly [number, ClockDoubt | undefined] => [days, doubtAfter(days, days)]);
    expect(doubts).toEqual([
      [-400, 'day-behind'],
      [-61, 'day-behind'],
      [-9, 'day-behind'],
      [-2, 'day-behind'],
      [-1, undefined],
      [1, undefined],
      [2, 'day-ahead'],
      [9, 'day-ahead'],
      [61, 'day-ahead'],
      [400, 'day-ahead'],
    ]);
  });

  it('doubt every day before one was witnessed', () => {
    expect(judge({ processMs: NOON_MS, databaseMs: NOON_MS, witnessedDay: undefined }).doubt).toBe('no-day');
  });

  it('let clocks differ by minutes, and take the earlier of two days around midnight', () => {
    const midnightMs = Date.parse('2026-11-19T00:00:00Z');
    const around = judge({ processMs: midnightMs + 60_000, databaseMs: midnightMs - 60_000, witnessedDay: TODAY });
    expect(around).toEqual({ day: TODAY, witnessedDay: TODAY, doubt: undefined });
    const most = { processMs: NOON_MS, databaseMs: NOON_MS - CLOCKS_APART_MAX_MS, witnessedDay: TODAY };
    expect([judge(most).doubt, judge({ ...most, databaseMs: most.databaseMs - 1 }).doubt]).toEqual([
      undefined,
      'clocks-apart',
    ]);
  });

  it('never believe a day more than one past the witnessed one, whatever the clocks give', () => {
    const ms = fc.integer({ min: -500 * DAY_MS, max: 500 * DAY_MS });
    fc.assert(
      fc.property(ms, ms, (process, database) => {
        const testimony = { processMs: NOON_MS + process, databaseMs: NOON_MS + database, witnessedDay: TODAY };
        const { day, doubt } = judge(testimony);
        expect(doubt === undefined && Math.abs(Date.parse(day) - Date.parse(TODAY)) > DAY_MS).toBe(false);
      }),
      { numRuns: 10_000 },
    );
  });
});
