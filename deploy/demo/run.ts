import { setTimeout as sleep } from 'node:timers/promises';

import type { SubmitApplicationV1 } from '#libs/contracts';
import {
  deriveHousehold,
  HouseholdError,
  openCodes,
  sealApplication,
  statusOf,
  type DeviceSetting,
  type Door,
  type Household,
  type Messages,
  type ReadyCode,
  type ShownStatus,
} from '#libs/household';

import type { SyntheticHousehold } from './synthetic.js';

/** A household of a run and its progress. Times are milliseconds of this process's clock. */
export interface Applicant {
  readonly household: Household;
  readonly body: SubmitApplicationV1;
  readonly door: Door;
  readonly wantsTexts: boolean;
  sentAt: number;
  receivedAt: number;
  decidedAt: number;
  paidAt: number;
  /** When payments first reported that an instrument is being prepared. */
  preparedAt: number;
  status: ShownStatus;
  codes: readonly ReadyCode[];
  amountCents: bigint;
}

export interface Progress {
  received: number;
  decided: number;
  paid: number;
  notified: number;
}

/** Seals every application before the clock starts. */
export async function prepare(
  people: readonly SyntheticHousehold[],
  doors: readonly Door[],
  setting: DeviceSetting,
  onPrepared: (count: number) => void = () => undefined,
): Promise<Applicant[]> {
  const applicants: Applicant[] = [];
  for (const [at, { receipt, answers }] of people.entries()) {
    const household = await deriveHousehold(receipt);
    applicants.push({
      household,
      body: await sealApplication({ receipt, household }, answers, setting),
      wantsTexts: answers.contact.channel === 'text',
      door: doors[at % doors.length] as Door,
      sentAt: 0,
      receivedAt: 0,
      decidedAt: 0,
      paidAt: 0,
      preparedAt: 0,
      status: 'nothing-arrived',
      codes: [],
      amountCents: 0n,
    });
    onPrepared(applicants.length);
  }
  return applicants;
}

const SUBMIT_TRIES_MAX = 400;
const SUBMIT_PAUSE_MS = 250;

/** Sends one application until it is accepted. If intake is busy or does not answer, sends the same body again. */
export async function submit(applicant: Applicant): Promise<void> {
  applicant.sentAt = performance.now();
  for (let tries = 1; ; tries += 1) {
    try {
      await applicant.door.submit(applicant.body);
      applicant.receivedAt = performance.now();
      return;
    } catch (error) {
      if (!(error instanceof HouseholdError && error.canRetry) || tries >= SUBMIT_TRIES_MAX) throw error;
      await sleep(SUBMIT_PAUSE_MS);
    }
  }
}

/** Sends all applications, with a fixed number at the same time. */
export async function submitAll(
  applicants: readonly Applicant[],
  atOnce: number,
  onReceived: () => void = () => undefined,
): Promise<void> {
  const queue = [...applicants];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        await submit(next);
        onReceived();
      }
    }),
  );
}

export interface ReadOptions {
  readonly today: string;
  readonly atOnce: number;
  /** A household is read until this is true, or until `timeoutMs` has passed. */
  readonly isDone: (applicant: Applicant) => boolean;
  readonly timeoutMs: number;
  readonly isClosed?: () => boolean;
}

/**
 * Each household reads its boxes with its receipt, repeatedly, until it is done.
 *
 * @returns the number of households that are not done
 */
export async function readUntilDone(applicants: readonly Applicant[], options: ReadOptions): Promise<number> {
  const deadline = performance.now() + options.timeoutMs;
  let waiting = applicants.filter((applicant) => !options.isDone(applicant));
  while (waiting.length > 0 && performance.now() < deadline) {
    const queue = waiting.filter(({ receivedAt }) => receivedAt > 0);
    await Promise.all(
      Array.from({ length: options.atOnce }, async () => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) await readOnce(next, options.today);
      }),
    );
    waiting = waiting.filter((applicant) => !options.isDone(applicant));
    await sleep(20);
  }
  return waiting.length;
}

/** Reads the boxes once. If intake does not answer, a later round reads them. */
export async function readOnce(applicant: Applicant, today: string): Promise<void> {
  let messages: Messages;
  try {
    messages = await applicant.door.readBoxes(applicant.household);
  } catch (error) {
    if (error instanceof HouseholdError) return;
    throw error;
  }
  const now = performance.now();
  applicant.status = statusOf(messages, today);
  if (messages.eligibility !== undefined && applicant.decidedAt === 0) applicant.decidedAt = now;
  if (messages.payments?.status === 'approved' && applicant.preparedAt === 0) applicant.preparedAt = now;
  if (messages.payments?.status === 'ready-to-collect') {
    if (applicant.paidAt === 0) applicant.paidAt = now;
    if (applicant.codes.length !== messages.payments.ready.length) {
      applicant.codes = await openCodes(applicant.household, messages);
    }
  }
  const amount = messages.payments?.amountCents ?? messages.eligibility?.amountCents ?? '0';
  applicant.amountCents = BigInt(amount);
}

/** The value below which this share of all values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
