import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { services } from '#libs/contracts';

import type { App } from '../local/apps.js';
import { booksOf, healthOf, readJson, type Books } from './outside.js';
import { quantile, type Applicant } from './run.js';

const TEXTS_TIMEOUT_MS = 30_000;

type Urls = Readonly<Record<App, string>>;

/** The system under test: its addresses, and the folder with the keys of its synthetic staff. */
export interface JudgedSystem {
  readonly urls: Urls;
  readonly internalUrls: Urls;
  readonly root: string;
}

/** The partner's journal, summed up. It is the partner's own record of each payment. */
export interface PartnerJournal {
  /** The codes that were issued. */
  readonly codes: ReadonlySet<string>;
  /** References under which more than one payment succeeded. It must be 0. */
  readonly paidTwice: number;
  readonly issuedCents: bigint;
  readonly texts: number;
}

export interface Verdict {
  readonly isGood: boolean;
  readonly failures: readonly string[];
  readonly books: Books;
  readonly journal: PartnerJournal;
  readonly textsSent: number;
}

interface Before {
  readonly texts: number;
}

/**
 * Judges a run from outside: by the households' boxes, the partner's journal, the books and the services' health
 * reports.
 */
export const judge = {
  async start(urls: Urls): Promise<Before> {
    return { texts: (await journalOf(urls)).texts };
  },

  async textsSince(urls: Urls, before: Before): Promise<number> {
    return (await journalOf(urls)).texts - before.texts;
  },

  /**
   * Waits until the carrier has all texts that are due, or until the time is up.
   * @returns the number of texts
   */
  async textsUntil(urls: Urls, before: Before, due: number): Promise<number> {
    const deadline = Date.now() + TEXTS_TIMEOUT_MS;
    for (;;) {
      const texts = await judge.textsSince(urls, before);
      if (texts >= due || Date.now() > deadline) return texts;
      await sleep(250);
    }
  },

  async end(
    { urls, internalUrls, root }: JudgedSystem,
    run: { applicants: readonly Applicant[]; before: Before; unsettled: number; textsDue: number },
  ): Promise<Verdict> {
    const { applicants, before, unsettled, textsDue } = run;
    const [books, journal] = await Promise.all([booksOf(urls.payments, root), journalOf(urls)]);
    const failures: string[] = [];
    const check = (isFine: boolean, what: string): void => {
      if (!isFine) failures.push(what);
    };
    const textsSent = journal.texts - before.texts;
    check(textsSent >= textsDue, `${textsDue - textsSent} texts were not sent`);
    check(unsettled === 0, `${unsettled} households have no outcome in their boxes`);
    check(
      applicants.every(({ receivedAt }) => receivedAt > 0),
      'an application was not accepted',
    );
    const codes = applicants.flatMap((applicant) => applicant.codes.map(({ code }) => code));
    check(new Set(codes).size === codes.length, 'two households hold the same code');
    check(
      codes.every((code) => journal.codes.has(code)),
      "a household's code is not in the partner's journal",
    );
    check(journal.paidTwice === 0, `${journal.paidTwice} references were paid twice`);
    check(books.balanced, `the books: ${failed(books).join(', ')}`);
    check(books.freeze === null, 'the ledger is frozen');
    for (const service of services) {
      const { checks } = await healthOf(service, internalUrls[service], root);
      check(checks['parked'] === 0, `${service} has parked ${checks['parked']} messages`);
    }
    return { isGood: failures.length === 0, failures, books, journal, textsSent };
  },
};

function failed({ checks }: Books): readonly string[] {
  return Object.entries(checks).flatMap(([name, isFine]) => (isFine ? [] : [name]));
}

interface RawEntry {
  readonly kind: string;
  readonly reference?: string;
  readonly code?: string;
  readonly amountCents?: string;
}

/** @param urls of the system with the partner */
export async function journalOf(urls: Urls): Promise<PartnerJournal> {
  const entries = await readJson<readonly RawEntry[]>(`${urls['rail-simulator']}/journal`);
  const issued = entries.filter(({ kind }) => kind === 'cash-issued');
  const references = new Map<string, number>();
  for (const { reference = '' } of issued) references.set(reference, (references.get(reference) ?? 0) + 1);
  return {
    codes: new Set(issued.map(({ code = '' }) => code)),
    paidTwice: [...references.values()].filter((times) => times > 1).length,
    issuedCents: issued.reduce((sum, { amountCents = '0' }) => sum + BigInt(amountCents), 0n),
    texts: entries.filter(({ kind }) => kind.startsWith('sms-')).length,
  };
}

interface Report {
  readonly applicants: readonly Applicant[];
  readonly elapsedMs: number;
  readonly verdict: Verdict;
  readonly pids: Readonly<Record<string, number>>;
}

export function printReport({ applicants, elapsedMs, verdict, pids }: Report): void {
  const rows: [string, string][] = [];
  const statuses = Map.groupBy(applicants, ({ status }) => status);
  for (const [status, list] of [...statuses].sort(([a], [b]) => a.localeCompare(b))) {
    const cents = list.reduce((sum, { amountCents }) => sum + amountCents, 0n);
    rows.push([status, `${String(list.length).padStart(7)}   granted ${dollars(cents)}`]);
  }
  const decided = applicants
    .filter(({ decidedAt }) => decidedAt > 0)
    .map(({ decidedAt, sentAt }) => decidedAt - sentAt);
  const paid = applicants.filter(({ paidAt }) => paidAt > 0).map(({ paidAt, sentAt }) => paidAt - sentAt);
  const codes = applicants.flatMap((applicant) => applicant.codes);
  const ready = codes.reduce((sum, { amountCents }) => sum + amountCents, 0n);
  const isJournalComplete = verdict.failures.every((text) => !text.includes('journal'));
  rows.push(
    ['applications a second', ((applicants.length / elapsedMs) * 1000).toFixed(1)],
    ['submitted to decided', `p50 ${ms(quantile(decided, 0.5))}  p95 ${ms(quantile(decided, 0.95))}`],
    ['submitted to ready code', `p50 ${ms(quantile(paid, 0.5))}  p95 ${ms(quantile(paid, 0.95))}`],
    [
      'codes held by households',
      `${codes.length}, together ${dollars(ready)}, all in the partner's journal: ${yes(isJournalComplete)}`,
    ],
    ['texts sent', String(verdict.textsSent)],
    ['books balanced', yes(verdict.books.balanced)],
  );
  // Processes that run elsewhere have no pids here.
  const memory = Object.entries(pids).map(([name, pid]) => `${name} ${rssMiB(pid)}`);
  if (memory.length > 0) rows.push(['memory (MiB)', memory.join('  ')]);
  console.log('');
  for (const [name, value] of rows) console.log(`  ${name.padEnd(26)} ${value}`);
  console.log('');
  for (const failure of verdict.failures) console.log(`  FAILED: ${failure}`);
  console.log(verdict.isGood ? 'All checks passed.' : 'A check failed.');
}

function dollars(cents: bigint): string {
  return `$${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

function yes(value: boolean): string {
  return value ? 'yes' : 'NO';
}

function rssMiB(pid: number): string {
  try {
    const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/);
    return line?.[1] === undefined ? '?' : String(Math.round(Number(line[1]) / 1024));
  } catch {
    return '?';
  }
}
