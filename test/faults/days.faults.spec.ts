import { cp } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { addDays, clocks, dayNumber, dayOf, HOUR_MS, keyLife, services, startOfDay, type Day } from '#libs/contracts';
import { FileKeyring, SealingError } from '#libs/sealing';

import { prepare, submitAll, type Applicant } from '../../deploy/demo/run.js';
import { twoOfEach } from '../../deploy/local/instances.js';
import { privateKeyring, publicKeyring } from '../../deploy/local/keyring.js';
import { bytesIn, skipLog, writeEnvelope } from '../support/broker.js';
import { eventually, TestCity } from '../support/city.js';
import { command } from '../support/command.js';
import { Evidence, keyringFile } from '../support/evidence.js';
import { expectOneOutcomeEach, readUntilPaid, syntheticPeople } from '../support/outcomes.js';

const FACTS = 'intake.facts-submitted.v1';
const NOON_MS = 12 * HOUR_MS;
const A_DAY = 4;

/** The day of which bytes are kept for later. */
const first = dayOf(new Date());
const noonOf = (day: Day): Date => new Date(startOfDay(day) + NOON_MS);

let city: TestCity;
/** Households of the first day: one was paid then, eligibility never read one, and the envelope of one was removed. */
let [paid, unread, taken]: Applicant[] = [];
let fromKafka: readonly Buffer[];
let fromOutbox: readonly Buffer[];
let takenEnvelope: Buffer;
let oldKeyring: string;

beforeAll(async () => {
  city = await TestCity.start('demo', {
    instances: twoOfEach,
    clockOffsetMs: noonOf(first).getTime() - Date.now(),
  });
}, 120_000);

afterAll(async () => {
  await city.stop();
});

// The tests run in order, as parts of the same ten days.
describe('ten days in a row', () => {
  it('the first: households are paid; some bytes are taken aside', async () => {
    [paid] = await liveThrough(first);
    oldKeyring = join(city.root, 'old.keyring');
    await cp(keyringFile(privateKeyring(city.stack.layout, 'eligibility')), oldKeyring);
    expect(await readableWith(() => Evidence.withOldFile(city, oldKeyring))).toBe('opened');
    await Promise.all([city.stack.kill('eligibility', 1), city.stack.kill('eligibility', 2)]);
    [unread, taken] = await prepare(syntheticPeople(2, city), city.kiosks, city.setting);
    await submitAll([unread as Applicant], 1);
    await sent();
    const before = await outboxRows();
    await submitAll([taken as Applicant], 1);
    await sent();
    takenEnvelope = (await outboxRows()).find((row) => !before.some((other) => other.equals(row))) as Buffer;
    fromKafka = await bytesIn(city, FACTS);
    fromOutbox = await outboxRows();
    expect([fromKafka.length, fromOutbox.length]).toEqual([A_DAY + 2, A_DAY + 2]);
    // Nobody sends the removed envelope again, and eligibility takes the log as read.
    await city.rows('intake', 'DELETE FROM outbox WHERE envelope = $1', [takenEnvelope]);
    await eventually('the dead have left their group', skipped, (isDone) => isDone, 60_000);
    await Promise.all([city.stack.restart('eligibility', 1), city.stack.restart('eligibility', 2)]);
  }, 120_000);

  it('the next six: keys are made, nights turn, households are paid, old applications have their answer', async () => {
    for (let ahead = 1; ahead <= 6; ahead += 1) {
      await liveThrough(addDays(first, ahead));
      expect(await submittedAgain()).toEqual([202, { accepted: true, lastDay: addDays(first, 8) }]);
    }
  }, 240_000);

  it('the eighth: what is sent again opens for the last time', async () => {
    await liveThrough(addDays(first, 7));
    expect(await submittedAgain()).toEqual([202, { accepted: true, lastDay: addDays(first, 8) }]);
    const evidence = await Evidence.now(city);
    for (const envelope of [...fromKafka, ...fromOutbox]) expect(evidence.readEnvelope(first, envelope)).toBe('opened');
    expect(evidence.readSlice(first, (paid as Applicant).body.facts)).toBe('opened');
    expect((await messagesOf(unread as Applicant)).eligibility).toBeUndefined();
    expect((await command(city, 'republish', 'intake')).code).toBe(0);
    await eventually(
      'eligibility has read it after all',
      () => messagesOf(unread as Applicant),
      ({ eligibility }) => eligibility !== undefined,
    );
  }, 120_000);

  it('the ninth: what comes of the first day has expired, and no key there is reads anything of it', async () => {
    const eighthAfter = addDays(first, 8);
    await liveThrough(eighthAfter);
    expect((await submittedAgain())[0]).toBe(410);
    const expired = await expiredNow();
    await writeEnvelope(city, FACTS, { value: takenEnvelope, day: first });
    await eventually(
      'it has expired',
      () => expiredNow(),
      (count) => count === expired + 1,
    );
    expect(await city.parked('eligibility')).toBe(0);
    expect((await messagesOf(taken as Applicant)).eligibility).toBeUndefined();
    const evidence = await Evidence.now(city);
    for (const envelope of [...fromKafka, ...fromOutbox]) {
      expect(evidence.readEnvelope(first, envelope)).toBe('key-destroyed');
    }
    const days = Array.from({ length: 2 * clocks.dayKeyDays }, (_, at) => addDays(first, at));
    const forced = evidence.readSliceByForce(first, (paid as Applicant).body.facts, days);
    expect(forced).toEqual(Array.from({ length: 2 * clocks.dayKeyDays - 1 }, () => 'not-opened'));
    expect(await readableWith(() => Evidence.withOldFile(city, oldKeyring))).toBe('keyring-damaged');
  }, 120_000);

  it('the tenth: its rows are gone, too', async () => {
    await liveThrough(addDays(first, 9));
    expect(await outboxDays('intake')).not.toContain(first);
  }, 120_000);
});

/** Pays households of one day, and then checks everything that must hold on that day. */
async function liveThrough(day: Day): Promise<readonly Applicant[]> {
  if (day !== first) await city.advanceTo(noonOf(day));
  const before = await city.journal();
  const applicants = await prepare(syntheticPeople(A_DAY, city), city.kiosks, city.setting);
  await submitAll(applicants, A_DAY);
  expect(await readUntilPaid(applicants, city)).toBe(0);
  await expectOneOutcomeEach(city, applicants, { before });
  for (const service of services) {
    await eventually(
      `${service} has turned the night`,
      () => city.rows<{ night: number }>(service, 'SELECT night FROM night'),
      (nights) => nights.length === 1 && nights[0]?.night === dayNumber(day),
    );
    await eventually(
      `the outbox of ${service} has its days`,
      () => outboxDays(service),
      (days) => days.join() === daysBetween(addDays(day, -8), addDays(day, 2)).join(),
    );
    const { privateDir, publicRoot } = {
      privateDir: privateKeyring(city.stack.layout, service),
      publicRoot: publicKeyring(city.stack.layout),
    };
    const keyring = await FileKeyring.open({ privateDir, publicRoot, service, life: keyLife });
    const oldest = addDays(day, -7) > first ? addDays(day, -7) : first;
    const ringed = daysBetween(addDays(first, -1), addDays(day, 8)).filter(
      (each) => keyring.dayKey(each) !== undefined,
    );
    expect([service, ringed]).toEqual([service, daysBetween(oldest, addDays(day, 7))]);
    expect(keyring.isDayDestroyed(addDays(day, -8))).toBe(true);
    // The keys of a night are destroyed three completed turns later.
    if (dayNumber(day) - dayNumber(first) >= 4) expect(keyring.rowKeys(dayNumber(first))).toBeUndefined();
  }
  return applicants;
}

function daysBetween(from: Day, to: Day): readonly Day[] {
  return Array.from({ length: dayNumber(to) - dayNumber(from) + 1 }, (_, at) => addDays(from, at));
}

async function outboxDays(service: (typeof services)[number]): Promise<readonly Day[]> {
  const rows = await city.rows<{ day: string }>(
    service,
    `SELECT to_char(to_date(right(c.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') AS day
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'outbox'::regclass ORDER BY 1`,
  );
  return rows.map(({ day }) => day);
}

/** Returns everything that intake sent to eligibility on the first day. */
async function outboxRows(): Promise<readonly Buffer[]> {
  const rows = await city.rows<{ envelope: Buffer }>(
    'intake',
    'SELECT envelope FROM outbox WHERE topic = $1 AND day = $2',
    [FACTS, first],
  );
  return rows.map(({ envelope }) => envelope);
}

async function sent(): Promise<void> {
  await eventually(
    'all is sent',
    () => city.checks('intake'),
    ({ backlog }) => backlog === 0,
  );
}

async function skipped(): Promise<boolean> {
  return skipLog(city, 'eligibility', FACTS).then(
    () => true,
    () => false,
  );
}

/** Sends the same application with the same body again. */
async function submittedAgain(): Promise<readonly [number, unknown]> {
  const answer = await fetch(`${city.livingUrl('intake')}/v1/applications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify((paid as Applicant).body),
  });
  return [answer.status, await answer.json()];
}

function messagesOf({ household }: Applicant): ReturnType<TestCity['phone']['readBoxes']> {
  return city.phone.readBoxes(household);
}

/** Returns the messages whose key had died, over all instances of eligibility. */
async function expiredNow(): Promise<number> {
  const urls = city.stack.internalUrlsOf('eligibility');
  const checks = await Promise.all(urls.map((url) => city.checks('eligibility', url)));
  return checks.reduce((sum, { expired }) => sum + Number(expired ?? 0), 0);
}

/** Tries to read the first day's application with the given keys. */
async function readableWith(open: () => Promise<Evidence>): Promise<string> {
  try {
    return (await open()).readSlice(first, (paid as Applicant).body.facts);
  } catch (error) {
    if (error instanceof SealingError) return error.code;
    throw error;
  }
}
