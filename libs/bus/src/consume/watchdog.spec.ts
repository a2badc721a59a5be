import { describe, expect, it } from '@jest/globals';

import { HOUR_MS } from '#libs/contracts';

import type { BusStatus } from '../status.js';
import type { Alarm } from '../trouble/alarm.js';
import { Watchdog } from './watchdog.js';

const START = Date.parse('2026-11-25T12:00:00Z');
const calm = {
  parked: 0,
  parkedFromDevices: 0,
  isParkedExpiring: false,
  unsealed: 0,
  backlog: 0,
  replayLeft: 0,
  horizonAgeMs: 0,
};

function dogAt() {
  let now = START;
  const alarms: Alarm[] = [];
  let exits = 0;
  const dog = new Watchdog({
    status: () => Promise.reject(new Error('not asked')),
    alarm: (alarm) => alarms.push(alarm),
    onStalled: () => {
      exits += 1;
    },
    endOldTransactions: () => Promise.resolve(0),
    everyMs: 1_000,
    stalledMs: 60_000,
    clock: () => new Date(now),
  });
  const status = (changes: Partial<BusStatus>): BusStatus => ({
    consumer: 'running',
    isReading: true,
    isTripped: false,
    lag: 5,
    topicsShort: 0,
    lastProgressAt: new Date(START - HOUR_MS),
    counts: { done: 0, repeated: 0, parked: 0, expired: 0 },
    database: calm,
    relay: {
      isLeader: true,
      isWaiting: false,
      sent: 0,
      refused: 0,
      lastSentAt: undefined,
      isReplaying: false,
      isTripped: false,
    },
    ...changes,
  });
  /** Shows the watchdog the same status twice, `ms` apart. */
  const watch = (ms: number, changes: Partial<BusStatus>): number => {
    dog.judge(status(changes));
    now += ms;
    dog.judge(status(changes));
    return exits;
  };
  return { watch, alarms, now: () => new Date(now) };
}

describe('the watchdog', () => {
  it('ends a process whose lag waits while its database answers, once', () => {
    const { watch, alarms } = dogAt();
    expect(watch(59_000, {})).toBe(0);
    expect(watch(1_000, {})).toBe(1);
    expect(watch(90_000, {})).toBe(1);
    expect(alarms).toEqual([{ code: 'stalled', count: 5 }]);
  });

  it.each([
    ['nothing waits', { lag: 0 }],
    ['the broker does not say what waits', { lag: undefined }],
    ['the database does not answer', { database: undefined }],
    ['the circuit breaker is on', { isTripped: true }],
    ['it makes progress', { lastProgressAt: new Date(START + 60_000) }],
  ] as const)('leaves it alone while %s', (_, changes) => {
    expect(dogAt().watch(90_000, changes)).toBe(0);
  });

  it('tells once when too few brokers hold topics, and again when that comes back', () => {
    const { watch, alarms } = dogAt();
    watch(1, { lag: 0, topicsShort: 2 });
    watch(1, { lag: 0, topicsShort: undefined });
    watch(1, { lag: 0, topicsShort: 2 });
    expect(alarms).toEqual([{ code: 'topic-copies', count: 2 }]);
    watch(1, { lag: 0 });
    watch(1, { lag: 0, topicsShort: 1 });
    expect(alarms.at(-1)).toEqual({ code: 'topic-copies', count: 1 });
  });

  it('tells once of messages that wait for a key, and again when that comes back', () => {
    const { watch, alarms } = dogAt();
    watch(1, { lag: 0, database: { ...calm, unsealed: 3 } });
    expect(alarms).toEqual([{ code: 'day-key-missing', count: 3 }]);
    watch(1, { lag: 0, database: calm });
    watch(1, { lag: 0, database: { ...calm, unsealed: 1 } });
    expect(alarms.at(-1)).toEqual({ code: 'day-key-missing', count: 1 });
  });

  it('tells of an old transaction, and once of parked messages that go dark', () => {
    const { watch, alarms } = dogAt();
    watch(1, { lag: 0, database: { ...calm, parked: 3, isParkedExpiring: true, horizonAgeMs: 60_001 } });
    expect(alarms).toEqual([{ code: 'horizon-old' }, { code: 'parked-expiring', count: 3 }, { code: 'horizon-old' }]);
  });
});

describe('an old transaction', () => {
  it('is ended as often as the watchdog looks, and reported once it was', async () => {
    const alarms: Alarm[] = [];
    const left = [2, 0];
    const database = { ...calm, horizonAgeMs: 60_001 };
    const { promise: looked, resolve } = Promise.withResolvers<void>();
    const dog = new Watchdog({
      status: () =>
        Promise.resolve({ isTripped: false, lag: 0, topicsShort: 0, lastProgressAt: new Date(START), database }),
      alarm: (alarm) => alarms.push(alarm),
      onStalled: () => undefined,
      endOldTransactions: () => {
        if (left.length === 1) resolve();
        return Promise.resolve(left.shift() ?? 0);
      },
      everyMs: 1,
      stalledMs: 60_000,
      clock: () => new Date(START),
    });
    dog.start();
    await looked;
    await dog.stop();
    expect(alarms.slice(0, 2)).toEqual([{ code: 'horizon-old' }, { code: 'transaction-ended', count: 2 }]);
    expect(alarms.filter(({ code }) => code === 'transaction-ended')).toHaveLength(1);
  });
});
