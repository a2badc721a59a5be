import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { prepare, readUntilDone, submitAll, type Applicant } from '../../deploy/demo/run.js';
import { randomFrom, syntheticHousehold, periodOf } from '../../deploy/demo/synthetic.js';
import { eventually, TestCity, type JournalEntry } from '../support/city.js';

const HOUSEHOLDS = 300;
const AT_ONCE = 24;
/** Texts that the dead process had leased wait for the end of their lease, which is counted in whole minutes. */
const TEXTS_TIMEOUT_MS = 240_000;
const RAPID_CENTS = '25000';

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start('demo');
});

afterAll(async () => {
  await city.stop();
});

const services = ['intake', 'eligibility', 'payments', 'notification'] as const;

describe(`kill -9 in the middle of ${HOUSEHOLDS} applications`, () => {
  it.each([...services, 'rail-simulator'] as const)(
    'of %s: everyone has one outcome, the partner has paid each once, the books balance',
    (app) =>
      survive(async () => {
        await city.stack.kill(app);
        await sleep(500);
        await city.stack.restart(app);
      }),
    420_000,
  );

  it(
    'of PostgreSQL: everyone has one outcome, the partner has paid each once, the books balance',
    () =>
      survive(async () => {
        await city.stack.killPostgres();
        await sleep(500);
        await city.stack.restartPostgres();
      }),
    420_000,
  );

  it(
    'of Kafka: everyone has one outcome, the partner has paid each once, the books balance',
    () =>
      survive(async () => {
        await city.stack.killKafka();
        await sleep(500);
        await city.stack.restartKafka();
      }),
    420_000,
  );
});

/** Sends applications, does harm when a third has been accepted, and judges from outside. */
async function survive(harm: () => Promise<void>): Promise<void> {
  const before = await city.journal();
  const applicants = await prepare(people(), city.kiosks, city.setting);
  const harmed = (async () => {
    const third = (): Promise<number> => Promise.resolve(applicants.filter(({ receivedAt }) => receivedAt > 0).length);
    await eventually('a third is accepted', third, (accepted) => accepted >= HOUSEHOLDS / 3, 60_000);
    await harm();
  })();
  const reading = readUntilDone(applicants, {
    today: city.setting.day,
    atOnce: 8,
    timeoutMs: 120_000,
    isDone: ({ codes }) => codes.length > 0,
  });
  await Promise.all([submitAll(applicants, AT_ONCE), harmed]);
  expect(await reading).toBe(0);
  await judge(applicants, before);
}

async function judge(applicants: readonly Applicant[], before: readonly JournalEntry[]): Promise<void> {
  const due = applicants.filter(({ wantsTexts }) => wantsTexts).length;
  const journal = await eventually(
    'every text is out',
    async () => (await city.journal()).slice(before.length),
    (entries) => ofKind(entries, 'sms-accepted').length >= due,
    TEXTS_TIMEOUT_MS,
  );
  // Exactly one outcome: one code, which is the partner's, for exactly the amount of the grant.
  expect(applicants.map(({ codes }) => codes.length)).toEqual(applicants.map(() => 1));
  const issued = ofKind(journal, 'cash-issued');
  const codes = applicants.map((applicant) => applicant.codes[0]?.code);
  expect(new Set(codes)).toEqual(new Set(issued.map(({ code }) => code)));
  expect(issued.map(({ amountCents }) => amountCents)).toEqual(applicants.map(() => RAPID_CENTS));
  expect(new Set(issued.map(({ reference }) => reference)).size).toBe(HOUSEHOLDS);
  expect(new Set(ofKind(journal, 'sms-accepted').map(({ reference }) => reference)).size).toBe(due);
  const books = (await (await fetch(`${city.stack.urls.payments}/v1/books`)).json()) as Record<string, unknown>;
  expect(books).toMatchObject({ balanced: true, hold: null });
  for (const service of services) expect([service, await city.parked(service)]).toEqual([service, 0]);
}

function ofKind(entries: readonly JournalEntry[], kind: string): readonly JournalEntry[] {
  return entries.filter((entry) => entry.kind === kind);
}

const random = randomFrom(20_261);

function people(): ReturnType<typeof syntheticHousehold>[] {
  return Array.from({ length: HOUSEHOLDS }, () =>
    syntheticHousehold({
      random,
      needs: ['FOD', 'HOU'],
      way: 'CASH',
      period: periodOf(city.setting.day, 'week'),
      serviceAreas: ['East', 'South'],
      evidenceShare: 0,
      textShare: 0.3,
    }),
  );
}
