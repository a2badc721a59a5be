import { describe, expect, it } from '@jest/globals';
import { ShortRests } from './short-rests.js';

const now = Date.UTC(2026, 10, 18, 15, 5, 20, 123);
const thisMinute = Date.UTC(2026, 10, 18, 15, 5);
const at = (seconds: number): number => now + seconds * 1_000;

describe('the pause before an instrument is asked about again', () => {
  it('is kept in memory for some seconds, and the database holds a whole minute that has begun', () => {
    const rests = new ShortRests();
    expect(rests.dueAfter(now, { reference: 'r', tries: 1 })).toBe(thisMinute);
    expect([rests.now(now), rests.now(at(0.9)), rests.now(at(1))]).toEqual([['r'], ['r'], []]);
  });

  it('is none after the first answer, so that what became unknown is asked about at once', () => {
    const rests = new ShortRests();
    expect(rests.dueAfter(now, { reference: 'r', tries: 0 })).toBe(thisMinute);
    expect(rests.now(now)).toEqual([]);
  });

  it('ends when a clock that ran ahead goes back', () => {
    const rests = new ShortRests();
    rests.dueAfter(at(400 * 86_400), { reference: 'r', tries: 1 });
    expect(rests.now(now)).toEqual([]);
  });

  it('lasts until a whole minute if it is longer', () => {
    const rests = new ShortRests();
    expect(rests.dueAfter(now, { reference: 'r', tries: 4 })).toBe(Date.UTC(2026, 10, 18, 15, 6));
    expect(rests.dueAfter(now, { reference: 'r', tries: 40 })).toBe(Date.UTC(2026, 10, 18, 15, 7));
    expect(rests.now(now)).toEqual([]);
  });

  it('of more than a thousand instruments waits for the next minute', () => {
    const rests = new ShortRests();
    for (let n = 0; n < 1_000; n += 1) rests.dueAfter(now, { reference: String(n), tries: 1 });
    expect(rests.dueAfter(now, { reference: 'r', tries: 1 })).toBe(Date.UTC(2026, 10, 18, 15, 6));
  });
});
