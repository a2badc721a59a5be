import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { MINUTE_MS, type Service } from '#libs/contracts';
import { prepare, submitAll, type Applicant } from '../../deploy/demo/run.js';
import { cutLog, deleteTopics } from '../support/broker.js';
import { eventually, TestCity } from '../support/city.js';
import { command } from '../support/command.js';
import { expectOneOutcomeEach, readUntilPaid, syntheticPeople } from '../support/outcomes.js';

const HOUSEHOLDS = 300;
const FEW = 40;
const AT_ONCE = 12;
const TOPICS_AWAY_MS = 3_000;

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start('demo', { clockOffsetMs: 0 });
}, 120_000);

afterAll(async () => {
  await city.stop();
});

const people = (count: number): Promise<Applicant[]> =>
  prepare(syntheticPeople(count, city), city.kiosks, city.setting);

describe('a broker that loses what it held', () => {
  it(`wiped in the middle of ${HOUSEHOLDS} applications: one command, and everyone has one outcome`, async () => {
    const before = await city.journal();
    const applicants = await people(HOUSEHOLDS);
    const reading = readUntilPaid(applicants, city);
    const wiped = (async () => {
      const accepted = (): Promise<number> =>
        Promise.resolve(applicants.filter(({ receivedAt }) => receivedAt > 0).length);
      await eventually('a third is accepted', accepted, (count) => count >= HOUSEHOLDS / 3, 60_000);
      await city.stack.wipeKafka();
      await republished();
    })();
    await Promise.all([submitAll(applicants, AT_ONCE), wiped]);
    expect(await reading).toBe(0);
    await expectOneOutcomeEach(city, applicants, { before });
  }, 240_000);

  it('wiped again within the hour, unasked: told at once, made good when the hour is over', async () => {
    await republished();
    const before = await city.journal();
    const applicants = await unread('eligibility', 'intake');
    await city.stack.wipeKafka();
    await city.stack.restart('eligibility');
    await city.advanceTo(new Date(city.stack.now().getTime() + MINUTE_MS));
    await eventually(
      'intake tells that it may not send again yet',
      () => Promise.resolve(city.hasAlarmed('intake', 'republish-held')),
      (hasAlarmed) => hasAlarmed,
      60_000,
    );
    await eventually(
      'eligibility has read all there is',
      () => city.checks('eligibility'),
      ({ lag }) => lag === 0,
    );
    expect(await decided(applicants)).toBe(0);
    await city.advanceTo(new Date(city.stack.now().getTime() + 61 * MINUTE_MS));
    expect(await readUntilPaid(applicants, city)).toBe(0);
    await expectOneOutcomeEach(city, applicants, { before });
  }, 240_000);

  it('cut beyond where its reader stood: the reader alarms, the producer sends again by itself', async () => {
    await city.advanceTo(new Date(city.stack.now().getTime() + 61 * MINUTE_MS));
    // Payments must have read something, or it would have no offset.
    const atFirst = await city.journal();
    const earlier = await people(FEW);
    await submitAll(earlier, AT_ONCE);
    expect(await readUntilPaid(earlier, city)).toBe(0);
    await expectOneOutcomeEach(city, earlier, { before: atFirst });
    const before = await city.journal();
    const applicants = await unread('eligibility', 'intake');
    await cutLog(city, 'intake.facts-submitted.v1');
    await city.stack.restart('eligibility');
    await eventually(
      'eligibility tells that something is missing',
      () => Promise.resolve(city.hasAlarmed('eligibility', 'log-gap')),
      (hasAlarmed) => hasAlarmed,
    );
    expect(await decided(applicants)).toBe(0);
    await city.advanceTo(new Date(city.stack.now().getTime() + MINUTE_MS));
    expect(await readUntilPaid(applicants, city)).toBe(0);
    expect(city.hasAlarmed('intake', 'log-lost')).toBe(true);
    await expectOneOutcomeEach(city, applicants, { before });
  }, 240_000);

  it('whose topics are deleted in use and made again: all have one outcome within a minute, by itself', async () => {
    await city.advanceTo(new Date(city.stack.now().getTime() + 61 * MINUTE_MS));
    const before = await city.journal();
    // These are decided, but payments has not read them: without a republish they are never paid.
    const waiting = await unread('payments', 'eligibility');
    const inUse = await people(FEW);
    const applicants = [...waiting, ...inUse];
    const reading = readUntilPaid(applicants, city);
    await submitAll(inUse, AT_ONCE);
    await deleteTopics(city);
    await sleep(TOPICS_AWAY_MS);
    expect((await command(city, 'topics', 'declare')).code).toBe(0);
    await city.stack.restart('payments');
    const madeAt = performance.now();
    expect(await reading).toBe(0);
    // No new messages come that would show how short the logs have become.
    expect(Math.max(...applicants.map(({ paidAt }) => paidAt)) - madeAt).toBeLessThan(MINUTE_MS);
    await expectOneOutcomeEach(city, applicants, { before });
  }, 240_000);
});

/** Returns households of which `reader` has read nothing, because it is killed, and `sender` has sent everything. */
async function unread(reader: Service, sender: Service): Promise<readonly Applicant[]> {
  await city.stack.kill(reader);
  const applicants = await people(FEW);
  await submitAll(applicants, AT_ONCE);
  if (sender === 'eligibility')
    await eventually(
      'all are decided',
      () => decided(applicants),
      (count) => count === FEW,
    );
  await eventually(
    'all is sent',
    () => city.checks(sender),
    ({ backlog }) => backlog === 0,
  );
  return applicants;
}

/** Sends again everything that can still be read. */
async function republished(): Promise<void> {
  const { code, lines } = await command(city, 'republish');
  expect([code, lines.filter((line) => line.endsWith(': done')).length]).toEqual([0, 4]);
}

/** Counts the households that have a message from eligibility. */
async function decided(applicants: readonly Applicant[]): Promise<number> {
  const messages = await Promise.all(applicants.map(({ household }) => city.phone.readBoxes(household)));
  return messages.filter(({ eligibility }) => eligibility !== undefined).length;
}
