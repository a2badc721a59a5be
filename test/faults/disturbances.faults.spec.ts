import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { addDays, services, startOfDay, type Service } from '#libs/contracts';
import { newReceipt, prepareRequest } from '#libs/household';

import { prepare, submit, type Applicant } from '../../deploy/demo/run.js';
import { twoOfEach } from '../../deploy/local/instances.js';
import { pinnedIdentitiesFile } from '../../deploy/local/keyring.js';
import { asBrokerAdmin } from '../support/broker.js';
import { eventually, TestCity } from '../support/city.js';
import { leadersOf } from '../support/leaders.js';
import { expectOneOutcomeEach, readUntilPaid, syntheticPeople } from '../support/outcomes.js';

const HOUSEHOLDS = 60;
/** Time between applications, so that they come for as long as the disturbance lasts. */
const PACE_MS = 100;
const FROZEN_MS = 20_000;
const TAKEN_OVER_WITHIN_MS = 18_000;
/** Longer than intake caches the kiosks that are enrolled. */
const DATABASE_AWAY_MS = 17_000;
const PINS_AWAY_MS = 3_000;
/** More than the circuit breaker lets pass, except of messages that are a device's fault. */
const RUBBISH = 30;
const PARTITIONS = 8;

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start('demo', { instances: twoOfEach, clockOffsetMs: 0 });
}, 120_000);

afterAll(async () => {
  await city.stop();
});

describe('two instances of every service', () => {
  it(
    'go on when the leader of every relay hangs: the other takes over, and nothing comes of it that moves again',
    () =>
      survive(async () => {
        const leaders = new Map<Service, number>();
        for (const service of ['eligibility', 'payments'] as const) {
          leaders.set(service, (await leadersOf(city, service))[0] as number);
        }
        for (const [service, number] of leaders) city.stack.processOf(service, number)?.freeze();
        const thawed = sleep(FROZEN_MS).then(() => {
          for (const [service, number] of leaders) city.stack.processOf(service, number)?.thaw();
        });
        for (const [service, number] of leaders) {
          const url = city.stack.internalUrlsOf(service)[2 - number] as string;
          await eventually(
            `the other ${service} relays`,
            async () => ((await (await fetch(`${url}/health/ready`)).json()) as { checks: { relay: boolean } }).checks,
            ({ relay }) => relay,
            TAKEN_OVER_WITHIN_MS,
          );
        }
        await thawed;
      }),
    180_000,
  );

  it(
    'read what comes into partitions that are made while they run',
    () =>
      survive(async () => {
        await asBrokerAdmin(city, async (admin) => {
          const topics = (await admin.listTopics()).filter((topic) => topic.endsWith('.v1'));
          await admin.createPartitions({ topicPartitions: topics.map((topic) => ({ topic, count: PARTITIONS })) });
        });
        // An instance that has just started writes into the new partitions.
        await city.stack.roll('intake');
      }),
    180_000,
  );

  it(
    'lose their power at once, with broker and databases, and come back',
    () =>
      survive(async () => {
        const { stack } = city;
        const each = services.flatMap((service) => [1, 2].map((number) => [service, number] as const));
        await Promise.all([
          stack.killPostgres(),
          stack.killKafka(),
          ...each.map(([service, number]) => stack.kill(service, number)),
        ]);
        await Promise.all([stack.restartPostgres(), stack.restartKafka()]);
        await Promise.all(each.map(([service, number]) => stack.restart(service, number)));
      }),
    180_000,
  );

  it('cross midnight while their databases are away: the door says come back, and nothing else', async () => {
    const midnight = startOfDay(addDays(city.today, 1));
    await city.advanceTo(new Date(midnight - 60_000));
    await survive(async () => {
      await city.stack.killPostgres();
      await city.stack.advanceTo(new Date(midnight + 500));
      await sleep(DATABASE_AWAY_MS);
      await city.stack.restartPostgres();
    });
    for (const service of services) {
      await eventually(
        `${service} has turned the night`,
        () => city.checks(service),
        ({ turn }) => turn === city.today,
        60_000,
      );
    }
  }, 240_000);

  it(
    'park nothing while the pinned identities are half written',
    () =>
      survive(async () => {
        const path = pinnedIdentitiesFile(city.stack.layout);
        const whole = readFileSync(path);
        writeFileSync(path, whole.subarray(0, whole.length / 2));
        await eventually(
          'somebody waits for the pins',
          () => Promise.resolve(services.some((service) => city.hasAlarmed(service, 'keys-waiting'))),
          (isWaiting) => isWaiting,
          60_000,
        );
        await sleep(PINS_AWAY_MS);
        writeFileSync(path, whole);
      }),
    180_000,
  );

  // The last test, because its messages stay parked.
  it('are not stopped by rubbish, however much somebody outside sends', async () => {
    const [bad] = await Promise.all([rubbish(), city.refresh()]);
    for (let sent = 0; sent < RUBBISH; sent += 1) await bad();
    await eventually(
      'it is set aside',
      () => city.parked('payments'),
      (parked) => parked === RUBBISH,
    );
    const applicants = await prepare(syntheticPeople(4, city), city.kiosks, city.setting);
    for (const applicant of applicants) await submit(applicant);
    expect(await readUntilPaid(applicants, city)).toBe(0);
    expect((await city.checks('payments'))['tripped']).toBe(false);
  }, 120_000);
});

/** Makes a request to payments that is sealed to nobody. Anybody can make one, and intake cannot tell. */
async function rubbish(): Promise<() => Promise<void>> {
  const wish = { to: 'payments', kind: 'presence' } as const;
  const request = await prepareRequest(newReceipt(), { wish, n: 1 }, city.setting);
  const length = Buffer.from(request.sealed, 'base64url').length;
  return () =>
    city.phone.file({
      ...request,
      sealed: Buffer.from(crypto.getRandomValues(new Uint8Array(length))).toString('base64url'),
    });
}

/**
 * Sends applications one after another, causes the fault after a third of them, and expects one outcome for each
 * household.
 */
async function survive(harm: () => Promise<void>): Promise<void> {
  await city.refresh();
  const before = await city.journal();
  const applicants: readonly Applicant[] = await prepare(syntheticPeople(HOUSEHOLDS, city), city.kiosks, city.setting);
  const reading = readUntilPaid(applicants, city);
  const accepted = (): Promise<number> => Promise.resolve(applicants.filter(({ receivedAt }) => receivedAt > 0).length);
  const harmed = eventually('a third is accepted', accepted, (count) => count >= HOUSEHOLDS / 3, 60_000).then(harm);
  const sent = (async () => {
    for (const applicant of applicants) {
      await submit(applicant);
      await sleep(PACE_MS);
    }
  })();
  await Promise.all([sent, harmed]);
  expect(await reading).toBe(0);
  await expectOneOutcomeEach(city, applicants, { before, textsWithinMs: 60_000 });
}
