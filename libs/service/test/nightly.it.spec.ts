import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { DAY_MS, dayNumber, dayOf, HOUR_MS, startOfDay } from '#libs/contracts';

import { Registry } from 'prom-client';

import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { OpenGate } from '#libs/records/testing';
import { partitionOf } from '../../records/src/index.js';
import { Nightly } from '../src/records/nightly.js';
import { nightlyWorkers, turnChecks, turnMetrics } from '../src/records/nightly-work.js';
import { Workers } from '../src/scheduling/workers.js';
import { plainNotification } from './support.js';

const START = new Date(startOfDay('2026-11-20') + 12 * HOUR_MS);

let keyrings: TestKeyrings;
let service: ServiceUnderTest<'notification'>;
let now = START;

beforeAll(async () => {
  keyrings = await TestKeyrings.create(dayOf(START));
  service = await ServiceUnderTest.open(plainNotification([{ kind: 'kept', sizeBytes: 64, work: false }]), {
    keyrings,
    clock: { now: () => now },
  });
});

afterAll(async () => {
  await service.close();
  await keyrings.remove();
});

const value = Buffer.from('value');
const night = (): number => dayNumber(dayOf(now));

async function kept(): Promise<unknown> {
  const { bus, records } = service;
  return bus.transaction(async ({ tx }) => (await (await records.begin(tx)).find('kept', [value]))[0]);
}

describe('the nights of a service', () => {
  it('turn once each, make up for what was missed, and destroy keys in the keyring by their clock', async () => {
    const { bus, records, nightly, keyring } = service;
    await bus.transaction(async ({ tx }) => (await records.begin(tx)).put('kept', [{ value, body: { n: 1 } }]));
    expect(await nightly.run()).toEqual({ outcome: 'not-due' });
    const first = night();
    for (const [days, destroyed] of [
      [1, []],
      [2, []],
      // Two nights were missed.
      [5, [first]],
      [6, [first + 1]],
    ] as const) {
      now = new Date(START.getTime() + days * DAY_MS);
      expect(await nightly.run()).toMatchObject({ outcome: 'done', moved: 1, keysDestroyed: destroyed });
      expect(await nightly.run()).toEqual({ outcome: 'not-due' });
      expect(await kept()).toEqual({ n: 1 });
    }
    expect(keyring.rowKeys(first)).toBeUndefined();
    expect(keyring.rowKeys(first + 1)).toBeUndefined();
    expect(keyring.rowKeys(night())).toBeDefined();
  });
});

describe('a service', () => {
  interface Line {
    readonly level: string;
    readonly event: string;
    readonly alarm?: unknown;
    readonly work?: unknown;
    readonly count?: unknown;
  }

  /** The turn as it runs in a service: with its workers, its log and its health report. */
  function watched() {
    const lines: Line[] = [];
    const log = {
      write: (level: string, event: string, fields: object = {}) => void lines.push({ level, event, ...fields }),
    };
    const { records, keyring: rowKeys, servicePool: pool } = service;
    const nightly = new Nightly({
      records,
      rowKeys,
      pool,
      gate: new OpenGate(() => now),
      clock: { now: () => now },
      log,
    });
    const health = (): object =>
      Object.fromEntries(turnChecks(() => nightly.status()).map(([name, check]) => [name, check()]));
    return { lines, log, nightly, health, alarms: () => lines.filter(({ event }) => event === 'alarm') };
  }

  const later = (days: number, hours = 0): void => {
    now = new Date(startOfDay(dayOf(now)) + days * DAY_MS + hours * HOUR_MS);
  };

  it('turns by itself when the day begins, and its health, metrics and log show it', async () => {
    const { lines, log, nightly, health } = watched();
    const workers = nightlyWorkers(nightly, new Workers(log));
    later(1);
    const today = dayOf(now);
    expect(health()).toEqual({ turn: 'none', turning: 'no', turnOverdue: 0, turnDamaged: 0 });
    for (const worker of workers) worker.start();
    const done = (): boolean => lines.some(({ event, work }) => event === 'work-done' && work === 'turn');
    while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const worker of workers) await worker.stop();
    expect(health()).toEqual({ turn: today, turning: 'no', turnOverdue: 0, turnDamaged: 0 });
    expect(lines.map(({ level, event, work, count }) => [level, event, work, count])).toEqual([
      ['info', 'work-done', 'turn', 1],
    ]);
    const registry = new Registry();
    turnMetrics(registry, () => nightly.status());
    const shown = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(shown).toEqual([
      'amparo_turn_running 0',
      `amparo_turn_last_completed_day ${dayNumber(today)}`,
      'amparo_turn_overdue_nights 0',
      'amparo_turn_damaged_nights 0',
      'amparo_turn_keys_due 0',
    ]);
  });

  it('sounds the alarm when a turn is not completed six hours into its day, and once an hour after that', async () => {
    const { nightly, health, alarms } = watched();
    later(1, 5);
    await nightly.look();
    expect(alarms()).toEqual([]);
    later(0, 6);
    for (let again = 0; again < 3; again += 1) await nightly.look();
    expect(alarms()).toEqual([{ level: 'warn', event: 'alarm', alarm: 'turn-missed', count: 1 }]);
    expect(health()).toMatchObject({ turnOverdue: 1 });
    later(0, 7);
    await nightly.look();
    expect(alarms().length).toBe(2);
    // A whole night was missed; tonight's turn is not overdue yet.
    later(1, 1);
    await nightly.look();
    expect(health()).toMatchObject({ turnOverdue: 1 });
    expect(await nightly.run()).toMatchObject({ outcome: 'done' });
    expect(health()).toMatchObject({ turnOverdue: 0 });
  });

  it('turns without a record that does not open, says so, and leaves it where it is', async () => {
    const { bus, records, pool } = service;
    const { nightly, health, alarms } = watched();
    const bad = Buffer.from('bad');
    await bus.transaction(async ({ tx }) => (await records.begin(tx)).put('kept', [{ value: bad, body: {} }]));
    const lookup = records.sealOf(night()).lookup('kept', bad);
    await pool.query(`UPDATE record SET blob = decode(repeat('00', 92), 'hex') WHERE lookup = $1`, [lookup]);
    later(1);
    expect(await nightly.run()).toMatchObject({ outcome: 'done', moved: 1, damaged: 1, nightsDropped: [] });
    expect(health()).toMatchObject({ turnDamaged: 1 });
    expect(alarms()).toEqual([{ level: 'warn', event: 'alarm', alarm: 'turn-damaged', count: 1 }]);
    const { rows } = await pool.query(`SELECT count(*)::integer AS count FROM ${partitionOf(night() - 1)}`);
    expect(rows).toEqual([{ count: 1 }]);
    expect(await nightly.run()).toEqual({ outcome: 'not-due' });
  });

  it('is not the one that turns while another does', async () => {
    const [one, other] = [watched(), watched()];
    later(1);
    const outcomes = await Promise.all([one.nightly.run(), other.nightly.run()]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['busy', 'done']);
  });
});

describe('a day that a person accepts before the first turn', () => {
  it.each([
    ['later than the first start has its turn at once', 14, ['done', 'done']],
    ['earlier than the first start has none, and the next day has one', -30, ['not-due', 'done']],
  ])('%s', async (_what, days, outcomes) => {
    const accepted = new Date(START.getTime() + days * DAY_MS);
    const own = await TestKeyrings.create(dayOf(START));
    let then = START;
    const fresh = await ServiceUnderTest.open(plainNotification(), { keyrings: own, clock: { now: () => then } });
    try {
      await fresh.pool.query('UPDATE witnessed_day SET day = $1', [dayOf(accepted)]);
      const turned: string[] = [];
      for (const after of [0, 1]) {
        then = new Date(accepted.getTime() + after * DAY_MS);
        turned.push((await fresh.nightly.run()).outcome);
      }
      expect(turned).toEqual(outcomes);
    } finally {
      await fresh.close();
      await own.remove();
    }
  });
});
