import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { addDays, DAY_MS, dayOf, HOUR_MS, services, startOfDay } from '#libs/contracts';

import { clockDoubtOf } from '../../deploy/local/clock-doubt.js';
import { freePorts } from '../../deploy/local/settings.js';
import { Stack } from '../../deploy/local/stack.js';
import { eventually, someAnswers, TestCity } from '../support/city.js';
import { command } from '../support/command.js';

const AWAY_DAYS = 14;
const first = dayOf(new Date());
const noonOf = (days: number): Date => new Date(startOfDay(addDays(first, days)) + 12 * HOUR_MS);
const last = addDays(first, AWAY_DAYS);

describe('a city two weeks later', () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await TestCity.start('demo', { clockOffsetMs: noonOf(0).getTime() - Date.now() });
  }, 180_000);
  afterAll(() => city.stop());

  const outboxDays = (): Promise<readonly object[]> =>
    city.rows(
      'intake',
      `SELECT relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
        WHERE i.inhparent = 'outbox'::regclass AND right(relname, 8) <= $1`,
      [first.replaceAll('-', '')],
    );

  /** Alarms about the clock that a service has logged. */
  async function alarmsOf(service: (typeof services)[number]): Promise<number> {
    return (await readFile(city.stack.logFile(service), 'utf8')).split('"alarm":"clock-doubted"').length - 1;
  }

  it('keeps everything, raises one alarm at each service, and names the command', async () => {
    const before = await outboxDays();
    expect(before.length).toBeGreaterThan(0);
    await city.stack.advanceTo(noonOf(AWAY_DAYS));
    for (const service of services) {
      await eventually(
        `${service} doubts its clock`,
        () => city.checks(service),
        ({ clock, clockDay }) => clock === 'day-ahead' && clockDay === last,
      );
      expect([service, await alarmsOf(service)]).toEqual([service, 1]);
    }
    const { code, lines } = await command(city, 'status');
    expect(code).toBe(2);
    const remarks = lines.filter((line) => line.includes('its clock gives'));
    expect(remarks).toHaveLength(services.length);
    expect(lines.filter((line) => line.includes('nightly turn was missed'))).toEqual([]);
    expect(await clockDoubtOf(city.stack.internalUrls)).toContain('npm run amparo -- clock accept all');
    expect(await outboxDays()).toEqual(before);
  }, 120_000);

  it('takes applications and pays them meanwhile', async () => {
    await eventually(
      'today has its keys',
      () => city.refresh(),
      ({ dayKeys }) => dayKeys.some(({ day, service }) => day === last && service === 'notification'),
    );
    const household = await city.apply(someAnswers(), city.kiosk);
    await household.until(({ payments }) => payments?.status === 'ready-to-collect', 'a code', 60_000);
  }, 120_000);

  it('destroys what has ended after an operator accepts the day, and turns its nights', async () => {
    const wrong = await command(city, 'clock', 'accept', 'intake', '--day', addDays(last, 1));
    expect([wrong.code, wrong.lines[0]]).toEqual([1, expect.stringContaining(`has ${last}`)]);
    const { code, lines } = await command(city, 'clock', 'accept', 'all');
    expect([code, lines.length]).toEqual([0, services.length]);
    for (const line of lines) expect(line).toContain(`accepted ${last}; checked against ${first}`);
    for (const service of services) {
      await eventually(
        `${service} has turned its night`,
        () => city.checks(service),
        ({ turn, clock }) => turn === last && clock === 'believed',
        90_000,
      );
    }
    await eventually('the old days are gone', outboxDays, (days) => days.length === 0, 90_000);
  }, 240_000);
});

describe('npm start on data that are two weeks old', () => {
  it('starts, and says in one line what to do', async () => {
    const root = await mkdtemp(join(tmpdir(), 'old-'));
    const ports = await freePorts();
    try {
      const then = new Stack({ root, ports, profile: 'los-angeles', clockOffsetMs: -AWAY_DAYS * DAY_MS });
      await then.start();
      await then.stop();
      const now = new Stack({ root, ports, profile: 'los-angeles' });
      await now.start();
      const line = await clockDoubtOf(now.internalUrls);
      await now.stop();
      expect(line).toMatch(/^The last day that is certain is .*: npm run amparo -- clock accept all$/);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }, 240_000);
});
