import { describe, expect, it, jest } from '@jest/globals';
import type { BusStatus } from '#libs/bus';
import { HealthChecks } from './health-checks.js';
import { Readiness } from './readiness.js';

const busy = {
  consumer: 'running',
  isReading: true,
  isTripped: false,
  lag: 3,
  topicsShort: 0,
  database: {
    parked: 1,
    parkedFromDevices: 0,
    isParkedExpiring: false,
    unsealed: 4,
    backlog: 2,
    replayLeft: 0,
    horizonAgeMs: 0,
  },
  relay: { isLeader: true, isTripped: false },
  counts: { done: 7, repeated: 1, expired: 0 },
} as unknown as BusStatus;

function readiness(status: () => BusStatus = () => busy) {
  const asked = { status: 0, counts: 0 };
  const checks = new HealthChecks();
  checks.set('turning', () => '4000 of 20000');
  checks.set('ledgerFreeze', () => 'none');
  checks.count('casesInReview', () => {
    asked.counts += 1;
    return Promise.resolve(5);
  });
  const bus = {
    status: () => {
      asked.status += 1;
      return Promise.resolve(status());
    },
  };
  return { asked, readiness: new Readiness('payments', bus, checks) };
}

describe('a health report', () => {
  it('shows everybody states and no count that moves with a household', async () => {
    const { readiness: ours } = readiness();
    expect(await ours.states()).toEqual({
      ready: true,
      checks: {
        consumer: 'running',
        database: true,
        relay: true,
        topicsShort: 0,
        tripped: false,
        relayTripped: false,
        turning: 'yes',
        ledgerFreeze: 'none',
      },
    });
  });

  it('shows everybody that the database or the broker is away', async () => {
    const { readiness: ours } = readiness(() => ({ ...busy, lag: undefined, database: undefined }));
    const { ready, checks } = await ours.states();
    expect(ready).toBe(false);
    expect(checks).toMatchObject({ database: false, lag: 'unknown', parked: 'unknown' });
  });

  it('shows an operator exact counts', async () => {
    const { readiness: ours } = readiness();
    expect((await ours.report()).checks).toMatchObject({
      lag: 3,
      parked: 1,
      backlog: 2,
      done: 7,
      casesInReview: 5,
      turning: '4000 of 20000',
    });
  });

  it('is made once a second, however many ask', async () => {
    const clock = jest.spyOn(performance, 'now');
    try {
      const { asked, readiness: ours } = readiness();
      clock.mockReturnValue(1_000);
      await Promise.all(Array.from({ length: 500 }, () => ours.states()));
      clock.mockReturnValue(1_999);
      for (let each = 0; each < 500; each += 1) await ours.states();
      expect(asked).toEqual({ status: 1, counts: 1 });
      clock.mockReturnValue(2_000);
      await ours.states();
      expect(asked).toEqual({ status: 2, counts: 2 });
    } finally {
      clock.mockRestore();
    }
  });
});
