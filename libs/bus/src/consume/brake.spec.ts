import { describe, expect, it } from '@jest/globals';

import { Brake } from './brake.js';

describe('the brake', () => {
  const brakeAt = () => {
    let now = 0;
    const brake = new Brake(() => now);
    const pass = (ms: number): void => {
      now += ms;
    };
    return { brake, pass };
  };

  it('lets twenty bad messages a minute pass, and not one more', () => {
    const { brake } = brakeAt();
    brake.note(50_000, 20);
    expect(brake.wouldTrip(10, 0)).toBe(false);
    expect(brake.wouldTrip(10, 1)).toBe(true);
  });

  it('does not let one message in twenty pass, once there are a hundred', () => {
    const { brake } = brakeAt();
    expect(brake.wouldTrip(99, 5)).toBe(false);
    expect(brake.wouldTrip(100, 5)).toBe(true);
    expect(brake.wouldTrip(101, 5)).toBe(false);
  });

  it('counts again from the beginning after a minute', () => {
    const { brake, pass } = brakeAt();
    brake.note(20, 20);
    pass(59_999);
    expect(brake.wouldTrip(1, 1)).toBe(true);
    pass(2);
    expect(brake.wouldTrip(1, 1)).toBe(false);
  });

  it('counts again from the beginning when a person has released it', () => {
    const { brake } = brakeAt();
    brake.note(20, 20);
    brake.release();
    expect(brake.wouldTrip(1, 1)).toBe(false);
    expect(brake.wouldTrip(21, 21)).toBe(true);
  });

  it('lets anything pass for a minute when a person has decided so, and not longer', () => {
    const { brake, pass } = brakeAt();
    brake.release({ setAside: true });
    expect(brake.wouldTrip(5_000, 5_000)).toBe(false);
    pass(60_000);
    expect(brake.wouldTrip(5_000, 5_000)).toBe(true);
  });
});
