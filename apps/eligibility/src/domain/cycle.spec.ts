import { describe, expect, it } from '@jest/globals';
import { isCycleOver } from './cycle.js';

describe('a cycle of tokens', () => {
  const terms = { days: 90, keyLifetimeDays: 455 };

  it('is over when the lifetime of its keys has passed since its first day', () => {
    const firstDay = 200 * terms.days;
    expect(isCycleOver(terms, 200, firstDay)).toBe(false);
    expect(isCycleOver(terms, 200, firstDay + 454)).toBe(false);
    expect(isCycleOver(terms, 200, firstDay + 455)).toBe(true);
  });

  it('is over before the next one', () => {
    const day = 200 * terms.days + 455;
    expect([199, 200, 201].map((cycle) => isCycleOver(terms, cycle, day))).toEqual([true, true, false]);
  });
});
