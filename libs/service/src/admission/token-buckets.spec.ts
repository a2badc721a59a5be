import { describe, expect, it } from '@jest/globals';
import { TokenBuckets } from './token-buckets.js';

const options = { capacity: 3, perSecond: 0.5, bucketsMax: 100 };

describe('a token bucket', () => {
  it('lets as many through at once as it holds, and says when the next one is there', () => {
    const buckets = new TokenBuckets(options);
    expect([0, 0, 0, 0].map(() => buckets.take('a', 0))).toEqual([0, 0, 0, 2]);
    expect(buckets.take('a', 1_000)).toBe(1);
    expect(buckets.take('a', 2_000)).toBe(0);
    expect(buckets.take('a', 2_000)).toBe(2);
  });

  it('is nobody else’s', () => {
    const buckets = new TokenBuckets(options);
    for (let each = 0; each < 10; each += 1) buckets.take('a', 0);
    expect(buckets.take('b', 0)).toBe(0);
  });

  it('never holds more than its capacity, and does not fill while a clock goes back', () => {
    const buckets = new TokenBuckets(options);
    buckets.take('a', 0);
    expect([0, 0, 0, 0].map(() => buckets.take('a', 1_000_000))).toEqual([0, 0, 0, 2]);
    expect(buckets.take('a', 0)).toBe(2);
  });

  it('lets no more through in an hour than capacity and rate together', () => {
    const buckets = new TokenBuckets(options);
    let passed = 0;
    for (let ms = 0; ms < 3_600_000; ms += 100) passed += buckets.take('a', ms) === 0 ? 1 : 0;
    expect(passed).toBeLessThanOrEqual(3 + 1_800);
    expect(passed).toBeGreaterThan(1_790);
  });

  it('is one of a bounded number, and the one that was used last stays', () => {
    const buckets = new TokenBuckets(options);
    for (let each = 0; each < 4; each += 1) buckets.take('busy', each);
    for (let other = 0; other < 10_000; other += 1) {
      buckets.take(`other-${other}`, 5);
      if (other % 50 === 0) buckets.take('busy', 5);
    }
    expect(buckets.size).toBe(100);
    expect(buckets.take('busy', 5)).toBeGreaterThan(0);
  });
});
