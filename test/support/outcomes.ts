import { expect } from '@jest/globals';

import { services } from '#libs/contracts';

import { readUntilDone, type Applicant } from '../../deploy/demo/run.js';
import { periodOf, randomFrom, syntheticHousehold, type SyntheticHousehold } from '../../deploy/demo/synthetic.js';
import { eventually, type JournalEntry, type TestCity } from './city.js';

const RAPID_CENTS = '25000';
const PAID_WITHIN_MS = 120_000;

const random = randomFrom(20_261);

/** Makes households that get the rapid grant in cash. Some of them want texts. */
export function syntheticPeople(count: number, city: TestCity): SyntheticHousehold[] {
  return Array.from({ length: count }, () =>
    syntheticHousehold({
      random,
      needs: ['FOD', 'HOU'],
      way: 'CASH',
      period: periodOf(city.today, 'week'),
      serviceAreas: ['East', 'South'],
      evidenceShare: 0,
      textShare: 0.3,
    }),
  );
}

/** Lets all households read until they have a code. @returns how many have none at the end of the time */
export function readUntilPaid(applicants: readonly Applicant[], city: TestCity): Promise<number> {
  return readUntilDone(applicants, {
    today: city.today,
    atOnce: 8,
    timeoutMs: PAID_WITHIN_MS,
    isDone: ({ codes }) => codes.length > 0,
  });
}

export interface Judgement {
  /** The partner's journal before these households applied. */
  readonly before?: readonly JournalEntry[];
  readonly textsWithinMs?: number;
  /** A restored service has notified again, so its households may get more texts, and nobody else. */
  readonly mayTellAgain?: boolean;
}

/**
 * Judges from outside. Each household has exactly one code, which the partner knows, for exactly the amount of the
 * grant. Each text was sent once, the ledger balances, and nothing is parked.
 */
export async function expectOneOutcomeEach(
  city: TestCity,
  applicants: readonly Applicant[],
  { before = [], textsWithinMs = 30_000, mayTellAgain = false }: Judgement = {},
): Promise<void> {
  const due = applicants.filter(({ wantsTexts }) => wantsTexts).length;
  const journal = await eventually(
    'every text is out',
    async () => (await city.journal()).slice(before.length),
    (entries) => ofKind(entries, 'sms-accepted').length >= due,
    textsWithinMs,
  );
  expect(applicants.map(({ codes }) => codes.length)).toEqual(applicants.map(() => 1));
  const issued = ofKind(journal, 'cash-issued');
  const codes = applicants.map((applicant) => applicant.codes[0]?.code);
  expect(new Set(codes)).toEqual(new Set(issued.map(({ code }) => code)));
  expect(issued.map(({ amountCents }) => amountCents)).toEqual(applicants.map(() => RAPID_CENTS));
  expect(new Set(issued.map(({ reference }) => reference)).size).toBe(applicants.length);
  const texts = new Set(ofKind(journal, 'sms-accepted').map(({ reference }) => reference)).size;
  expect(mayTellAgain ? Math.min(texts, due) : texts).toBe(due);
  const books = await city.readPayments<Record<string, unknown>>('/v1/books');
  expect(books).toMatchObject({ balanced: true, freeze: null });
  for (const service of services) expect([service, await city.parked(service)]).toEqual([service, 0]);
}

export function ofKind(entries: readonly JournalEntry[], kind: string): readonly JournalEntry[] {
  return entries.filter((entry) => entry.kind === kind);
}
