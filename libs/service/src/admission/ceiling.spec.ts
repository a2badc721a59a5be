import { describe, expect, it } from '@jest/globals';
import { Ceiling } from './ceiling.js';

const HOUR_MS = 3_600_000;

describe('the ceiling of an hour', () => {
  it.each([1, 2, 10, 4_000])(
    '%d an hour is never exceeded in an hour of the clock by more than one, and is reached',
    (perHour) => {
      const ceiling = new Ceiling(perHour);
      const passedAt: number[] = [];
      // Everyone is another sender.
      for (let ms = 0; ms < 3 * HOUR_MS; ms += 250) if (ceiling.take(`network ${ms}`, ms) === 0) passedAt.push(ms);
      const inHourFrom = (from: number): number => passedAt.filter((ms) => ms >= from && ms < from + HOUR_MS).length;
      for (const from of [0, 600_000, 1_800_000, HOUR_MS]) expect(inHourFrom(from)).toBeLessThanOrEqual(perHour);
      expect(inHourFrom(0)).toBeGreaterThanOrEqual(Math.floor(perHour * 0.9));
    },
  );

  it('lets a quarter through at once, and says when the next one may come', () => {
    const ceiling = new Ceiling(3_600);
    const waits = Array.from({ length: 901 }, (_, at) => ceiling.take(`network ${at}`, 0));
    expect(waits.slice(0, 900).every((wait) => wait === 0)).toBe(true);
    expect(waits[900]).toBe(2);
  });

  it('is not used up by one who takes a thing back', () => {
    const ceiling = new Ceiling(40);
    for (let each = 0; each < 100; each += 1) {
      expect(ceiling.take('network', 0)).toBe(0);
      ceiling.giveBack('network');
    }
  });

  it.each([1, 10, 20])('keeps a part back for those who sent little, against floods from %d networks', (floods) => {
    const ceiling = new Ceiling(4_000);
    const others: number[] = [];
    // Each flooding network sends 20 a second, as much as its own limit allows; a phone comes every 30 seconds.
    for (let ms = 0; ms < 2 * HOUR_MS; ms += 50) {
      for (let each = 0; each < floods; each += 1) ceiling.take(`flood ${each}`, ms);
      if (ms % 30_000 === 15_000) others.push(ceiling.take(`phone ${ms}`, ms));
    }
    expect(others).toHaveLength(240);
    expect(others.filter((wait) => wait > 0)).toEqual([]);
  });

  it('remembers who had much for an hour, and not for ever', () => {
    const ceiling = new Ceiling(400);
    for (let each = 0; each < 200; each += 1) ceiling.take('flood', 0);
    expect(ceiling.take('flood', 1_000)).toBeGreaterThan(0);
    expect(ceiling.take('phone', 1_000)).toBe(0);
    expect(ceiling.take('flood', HOUR_MS)).toBe(0);
  });
});
