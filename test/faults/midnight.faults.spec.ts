import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { addDays, dayOf, MINUTE_MS, startOfDay } from '#libs/contracts';

import { prepare, submitAll } from '../../deploy/demo/run.js';
import { eventually, TestCity } from '../support/city.js';
import { expectOneOutcomeEach, readUntilPaid, syntheticPeople } from '../support/outcomes.js';

const HOUSEHOLDS = 300;
const AT_ONCE = 12;

/** Tomorrow's midnight (UTC), which the city crosses. */
const midnight = startOfDay(addDays(dayOf(new Date()), 1));

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start('demo', { clockOffsetMs: midnight - 60 * MINUTE_MS - Date.now() });
});

afterAll(async () => {
  await city.stop();
});

describe(`UTC midnight in the middle of ${HOUSEHOLDS} applications`, () => {
  it('everyone has one outcome, whichever side of midnight they were sealed and sent on', async () => {
    const yesterday = city.today;
    const early = await prepare(syntheticPeople(HOUSEHOLDS / 2, city), city.kiosks, city.setting);
    // Devices whose clocks run ahead seal for a day that has not begun here. Ten minutes are allowed.
    const ahead = { ...city.setting, day: addDays(yesterday, 1) };
    const late = await prepare(syntheticPeople(HOUSEHOLDS / 2, city), city.kiosks, ahead);
    const all = early.flatMap((each, at) => [each, late[at] as (typeof late)[number]]);
    // Late enough for a device that is ahead, but early enough that a slow machine does not cross midnight by itself.
    await city.advanceTo(new Date(midnight - 5 * MINUTE_MS));
    const crossed = (async () => {
      const accepted = (): Promise<number> => Promise.resolve(all.filter(({ receivedAt }) => receivedAt > 0).length);
      await eventually('half of them are in', accepted, (count) => count >= HOUSEHOLDS / 2, 60_000);
      expect(city.today).toBe(yesterday);
      const from = performance.now();
      await city.advanceTo(new Date(midnight + MINUTE_MS));
      return { from, to: performance.now() };
    })();
    const reading = readUntilPaid(all, city);
    const [{ from, to }] = await Promise.all([crossed, submitAll(all, AT_ONCE)]);
    expect(city.today).toBe(addDays(yesterday, 1));
    // Midnight was crossed only if some applications of yesterday were accepted today, and some of today yesterday.
    expect(early.some(({ receivedAt }) => receivedAt > to)).toBe(true);
    expect(late.some(({ receivedAt }) => receivedAt < from)).toBe(true);
    expect(await reading).toBe(0);
    await expectOneOutcomeEach(city, all);
  }, 240_000);
});
