import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { services } from '#libs/contracts';

import { prepare, submitAll } from '../../deploy/demo/run.js';
import { eventually, TestCity } from '../support/city.js';
import { expectOneOutcomeEach, readUntilPaid, syntheticPeople } from '../support/outcomes.js';

const HOUSEHOLDS = 300;
const AT_ONCE = 24;
/** Texts leased by a dead process are free as soon as another one looks. Its partitions are free after ten seconds. */
const TEXTS_WITHIN_MS = 20_000;

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start('demo');
});

afterAll(async () => {
  await city.stop();
});

describe(`kill -9 in the middle of ${HOUSEHOLDS} applications`, () => {
  it.each([...services, 'rail-simulator'] as const)(
    'of %s: everyone has one outcome, the partner has paid each once, the books balance',
    (app) =>
      survive(async () => {
        await city.stack.kill(app);
        await sleep(500);
        await city.stack.restart(app);
      }),
    240_000,
  );

  it(
    'of PostgreSQL: everyone has one outcome, the partner has paid each once, the books balance',
    () =>
      survive(async () => {
        await city.stack.killPostgres();
        await sleep(500);
        await city.stack.restartPostgres();
      }),
    240_000,
  );

  it(
    'of Kafka: everyone has one outcome, the partner has paid each once, the books balance',
    () =>
      survive(async () => {
        await city.stack.killKafka();
        await sleep(500);
        await city.stack.restartKafka();
      }),
    240_000,
  );
});

/** Sends applications, causes the fault after a third is accepted, and judges from outside. */
async function survive(harm: () => Promise<void>): Promise<void> {
  const before = await city.journal();
  const applicants = await prepare(syntheticPeople(HOUSEHOLDS, city), city.kiosks, city.setting);
  const harmed = (async () => {
    const third = (): Promise<number> => Promise.resolve(applicants.filter(({ receivedAt }) => receivedAt > 0).length);
    await eventually('a third is accepted', third, (accepted) => accepted >= HOUSEHOLDS / 3, 60_000);
    await harm();
  })();
  const reading = readUntilPaid(applicants, city);
  await Promise.all([submitAll(applicants, AT_ONCE), harmed]);
  expect(await reading).toBe(0);
  await expectOneOutcomeEach(city, applicants, { before, textsWithinMs: TEXTS_WITHIN_MS });
}
