import { describe, expect, it } from '@jest/globals';
import { Ceiling } from './ceiling.js';

describe('the ceiling of an hour', () => {
  it.each([1, 10, 4_000])('%d an hour is never exceeded, and is reached', (perHour) => {
    const ceiling = new Ceiling(perHour);
    const passedAt: number[] = [];
    for (let ms = 0; ms < 3 * 3_600_000; ms += 250) if (ceiling.take(ms) === 0) passedAt.push(ms);
    const inHourFrom = (from: number): number => passedAt.filter((ms) => ms >= from && ms < from + 3_600_000).length;
    for (const from of [0, 600_000, 1_800_000, 3_600_000]) expect(inHourFrom(from)).toBeLessThanOrEqual(perHour + 1);
    expect(inHourFrom(0)).toBeGreaterThanOrEqual(Math.floor(perHour * 0.9));
  });

  it('lets a quarter through at once, and says when the next one may come', () => {
    const ceiling = new Ceiling(3_600);
    const waits = Array.from({ length: 901 }, () => ceiling.take(0));
    expect(waits.slice(0, 900).every((wait) => wait === 0)).toBe(true);
    expect(waits[900]).toBe(2);
  });
});
