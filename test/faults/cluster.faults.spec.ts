import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { catalogue, services } from '#libs/contracts';

import { prepare, submit, type Applicant } from '../../deploy/demo/run.js';
import { asBrokerAdmin } from '../support/broker.js';
import { eventually, TestCity } from '../support/city.js';
import { TestCluster } from '../support/cluster.js';
import { command } from '../support/command.js';
import { expectOneOutcomeEach, readUntilPaid, syntheticPeople } from '../support/outcomes.js';

const HOUSEHOLDS = 60;
/** Time between applications, so that they come while a broker is away. */
const PACE_MS = 250;
const AWAY_MS = 8_000;

let cluster: TestCluster;
let city: TestCity;

beforeAll(async () => {
  // The brokers give a topic one copy, as many do that nobody has set.
  cluster = await TestCluster.start(3, { copies: 1 });
  city = await TestCity.start('demo', { given: cluster.settings, clockOffsetMs: 0, partitions: 6 });
}, 180_000);

afterAll(async () => {
  await city.stop();
  await cluster.remove();
});

const copiesNow = (): Promise<readonly (readonly number[])[]> =>
  asBrokerAdmin(city, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: catalogue.map(({ topic }) => topic) });
    return topics.flatMap(({ partitions }) => partitions.map(({ replicas, isr }) => [replicas.length, isr.length]));
  });

const declare = (...options: string[]): ReturnType<typeof command> => command(city, 'topics', 'declare', ...options);

/** Lets households apply while brokers are away, and expects one outcome for each. */
async function survive(disturb: () => Promise<void>): Promise<void> {
  const before = await city.journal();
  const applicants: Applicant[] = await prepare(syntheticPeople(HOUSEHOLDS, city), city.kiosks, city.setting);
  const disturbed = disturb();
  for (const applicant of applicants) {
    await submit(applicant);
    await sleep(PACE_MS);
  }
  await disturbed;
  expect(await readUntilPaid(applicants, city)).toBe(0);
  await expectOneOutcomeEach(city, applicants, { before });
}

describe('three brokers', () => {
  it('get copies of every topic by one command, while households apply', async () => {
    expect((await copiesNow()).every(([copies]) => copies === 1)).toBe(true);
    await survive(async () => {
      const { lines } = await declare('--copies', '3');
      expect(lines).toEqual([
        `${catalogue.length} topics and their rules match the contracts: 0 new, ${catalogue.length} changed.`,
        'At least 3 brokers hold each topic, and 2 confirm each message.',
      ]);
    });
    expect((await copiesNow()).every(([copies, inSync]) => copies === 3 && inSync === 3)).toBe(true);
    expect((await declare()).lines[0]).toMatch(/: 0 new, 0 changed\.$/);
  }, 240_000);

  it('refuse more copies than there are brokers, in a sentence', async () => {
    const { lines, code } = await declare('--copies', '4');
    expect(code).toBe(1);
    expect(lines.join(' ')).toMatch(/fewer brokers than the copies/);
  });

  it('lose one after the other under load, each killed: nothing is lost, and each loss is told', async () => {
    await survive(async () => {
      for (const broker of cluster.brokers.slice(0, 2)) {
        await broker.kill();
        await sleep(AWAY_MS);
        await broker.restart();
        await eventually(
          'all copies are there again',
          copiesNow,
          (all) => all.every(([, inSync]) => inSync === 3),
          60_000,
        );
      }
    });
    expect(services.filter((service) => city.hasAlarmed(service, 'topic-copies'))).not.toEqual([]);
  }, 300_000);
});
