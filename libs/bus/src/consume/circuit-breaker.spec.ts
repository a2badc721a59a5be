import { describe, expect, it } from '@jest/globals';

import { CircuitBreaker } from './circuit-breaker.js';

describe('the circuit breaker', () => {
  const breakerAt = () => {
    let now = 0;
    const breaker = new CircuitBreaker(() => now);
    const pass = (ms: number): void => {
      now += ms;
    };
    return { breaker, pass };
  };

  it('lets twenty bad messages a minute pass, and not one more', () => {
    const { breaker } = breakerAt();
    breaker.count(50_000, 20);
    expect(breaker.wouldTrip(10, 0)).toBe(false);
    expect(breaker.wouldTrip(10, 1)).toBe(true);
  });

  it('does not let one message in twenty pass, once there are a hundred', () => {
    const { breaker } = breakerAt();
    expect(breaker.wouldTrip(99, 5)).toBe(false);
    expect(breaker.wouldTrip(100, 5)).toBe(true);
    expect(breaker.wouldTrip(101, 5)).toBe(false);
  });

  it('counts again from the beginning after a minute', () => {
    const { breaker, pass } = breakerAt();
    breaker.count(20, 20);
    pass(59_999);
    expect(breaker.wouldTrip(1, 1)).toBe(true);
    pass(2);
    expect(breaker.wouldTrip(1, 1)).toBe(false);
  });

  it('counts again from the beginning when a person has released it', () => {
    const { breaker } = breakerAt();
    breaker.count(20, 20);
    breaker.reset();
    expect(breaker.wouldTrip(1, 1)).toBe(false);
    expect(breaker.wouldTrip(21, 21)).toBe(true);
  });

  it('lets anything pass for a minute when a person has decided so, and not longer', () => {
    const { breaker, pass } = breakerAt();
    breaker.reset({ setAside: true });
    expect(breaker.wouldTrip(5_000, 5_000)).toBe(false);
    pass(60_000);
    expect(breaker.wouldTrip(5_000, 5_000)).toBe(true);
  });
});
