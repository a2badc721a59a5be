import { describe, expect, it, jest } from '@jest/globals';
import { Registry } from 'prom-client';
import type { BusStatus } from '#libs/bus';
import { busMetrics, shownLag } from './bus-metrics.js';

const well = {
  isTripped: false,
  lag: 730,
  topicsShort: 0,
  counts: { done: 0, repeated: 0, parked: 0, expired: 0 },
  database: { parked: 0, isParkedExpiring: false, backlog: 0, replayLeft: 0, horizonAgeMs: 0 },
} as unknown as BusStatus;

function shown() {
  const state: { status: BusStatus } = { status: well };
  const registry = new Registry();
  busMetrics(registry, { now: () => new Date('2026-11-10T12:00:00Z') }, () => Promise.resolve(state.status));
  const read = async (name: string): Promise<string | undefined> =>
    new RegExp(`^amparo_bus_${name} (.*)$`, 'm').exec(await registry.metrics())?.[1];
  return { state, read };
}

describe('the metrics of the bus', () => {
  it('show a backlog of the group at once, and no household', () => {
    expect([0, 1, 6, 199].map(shownLag)).toEqual([0, 0, 0, 0]);
    expect([200, 249, 250, 12_345].map(shownLag)).toEqual([200, 200, 250, 12_300]);
  });

  it('show no lag while the broker is away, rather than the last one', async () => {
    const clock = jest.spyOn(performance, 'now');
    try {
      const { state, read } = shown();
      clock.mockReturnValue(1_000);
      expect([await read('group_lag'), await read('broker_answers'), await read('topics_short')]).toEqual([
        '700',
        '1',
        '0',
      ]);
      state.status = { ...well, lag: undefined, topicsShort: undefined };
      clock.mockReturnValue(3_000);
      expect([await read('group_lag'), await read('broker_answers'), await read('topics_short')]).toEqual([
        undefined,
        '0',
        undefined,
      ]);
      state.status = { ...well, lag: 450, topicsShort: 2 };
      clock.mockReturnValue(5_000);
      expect([await read('group_lag'), await read('broker_answers'), await read('topics_short')]).toEqual([
        '450',
        '1',
        '2',
      ]);
    } finally {
      clock.mockRestore();
    }
  });

  it('show no age of a transaction while the database is away', async () => {
    const clock = jest.spyOn(performance, 'now');
    try {
      const { state, read } = shown();
      clock.mockReturnValue(1_000);
      expect(await read('horizon_age_ms')).toBe('0');
      state.status = { ...well, database: undefined };
      clock.mockReturnValue(3_000);
      expect(await read('horizon_age_ms')).toBeUndefined();
    } finally {
      clock.mockRestore();
    }
  });
});
