import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { groupOf, services, type Service } from '#libs/contracts';
import { HouseholdError } from '#libs/household';

import { prepare, submit, submitAll } from '../../deploy/demo/run.js';
import { twoOfEach } from '../../deploy/local/instances.js';
import { membersOf } from '../support/broker.js';
import { eventually, TestCity } from '../support/city.js';
import { command } from '../support/command.js';
import { leadersOf } from '../support/leaders.js';
import { expectOneOutcomeEach, readUntilPaid, syntheticPeople } from '../support/outcomes.js';

const HOUSEHOLDS = 300;
const AT_ONCE = 12;
/** Time between applications, so that a rolling restart of everything happens while they come. */
const PACE_MS = 60;

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start('demo', { instances: twoOfEach });
}, 120_000);

afterAll(async () => {
  await city.stop();
});

describe('two instances of every service', () => {
  it('share the partitions: each member of each group has some, and no partition has two', async () => {
    for (const service of services) {
      const shares = await eventually(
        `${service} has two members with partitions`,
        () => membersOf(city, groupOf(service)),
        (found) => found.length === 2 && found.every((share) => share.length > 0),
      );
      expect(new Set(shares.flat()).size).toBe(shares.flat().length);
    }
  });

  it('have one relay each', async () => {
    for (const service of services) expect([service, (await leadersOf(city, service)).length]).toEqual([service, 1]);
  });

  it('go on when the leader of every relay is killed: the other takes over, nothing is lost or doubled', async () => {
    const before = await city.journal();
    const leaders = new Map<Service, number>();
    for (const service of services) leaders.set(service, (await leadersOf(city, service))[0] as number);
    const applicants = await prepare(syntheticPeople(HOUSEHOLDS, city), city.kiosks, city.setting);
    const reading = readUntilPaid(applicants, city);
    const killed = (async () => {
      const accepted = (): Promise<number> =>
        Promise.resolve(applicants.filter(({ receivedAt }) => receivedAt > 0).length);
      await eventually('a third is accepted', accepted, (count) => count >= HOUSEHOLDS / 3, 60_000);
      await Promise.all([...leaders].map(([service, number]) => city.stack.kill(service, number)));
      for (const [service, number] of leaders) {
        const other = 3 - number;
        await eventually(
          `the other ${service} relays`,
          () => leadersOf(city, service),
          (found) => found.length === 1 && found[0] === other,
          TAKEN_OVER_WITHIN_MS,
        );
      }
    })();
    await Promise.all([submitAll(applicants, AT_ONCE), killed]);
    expect(await reading).toBe(0);
    // Any instance may answer the command. Messages that come a second time change nothing.
    expect((await command(city, 'republish')).code).toBe(0);
    await expectOneOutcomeEach(city, applicants, { before });
    await Promise.all([...leaders].map(([service, number]) => city.stack.restart(service, number)));
  }, 240_000);

  it('can be restarted one after the other under load: the door answers, nothing is lost or doubled', async () => {
    const before = await city.journal();
    const applicants = await prepare(syntheticPeople(HOUSEHOLDS, city), city.kiosks, city.setting);
    const reading = readUntilPaid(applicants, city);
    let isRolling = true;
    const rolled = (async () => {
      for (const service of services) await city.stack.roll(service);
      isRolling = false;
    })();
    const refusals: unknown[] = [];
    const looked = (async () => {
      let looks = 0;
      for (; isRolling; looks += 1) {
        await city.phone.readBoxes(applicants[0]!.household).catch((error: unknown) => refusals.push(error));
        await sleep(20);
      }
      return looks;
    })();
    let sentWhileRolling = 0;
    for (const applicant of applicants) {
      await submit(applicant);
      if (isRolling) sentWhileRolling += 1;
      await sleep(PACE_MS);
    }
    await rolled;
    expect(await looked).toBeGreaterThan(100);
    expect(refusals.map((error) => (error instanceof HouseholdError ? error.code : error))).toEqual([]);
    expect(sentWhileRolling).toBeGreaterThan(HOUSEHOLDS / 3);
    expect(await reading).toBe(0);
    await expectOneOutcomeEach(city, applicants, { before });
  }, 240_000);
});

const TAKEN_OVER_WITHIN_MS = 10_000;
