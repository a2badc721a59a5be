import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from '@jest/globals';
import type { Summary } from '../src/domain/summary.js';
import { startSimulator, type Simulator } from '../src/simulator.js';

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const CODE = /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/;

let journal: string;
let simulator: Simulator;

/** Gives each test of the file its own simulator with an empty journal. */
export function withSimulator(): void {
  beforeEach(async () => {
    journal = mkdtempSync(join(tmpdir(), 'rail-journal-'));
    simulator = await startSimulator({ port: 0, journal });
  });
  afterEach(async () => {
    await simulator.close();
    rmSync(journal, { recursive: true });
  });
}

export const journalFile = (): string => join(journal, 'journal.jsonl');
export const url = (): string => simulator.url;

export async function post(path: string, body: unknown, timeoutMs = 2_000): Promise<Reply> {
  const answer = await fetch(`${simulator.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
  return { status: answer.status, body: await answer.json() };
}

export const issue = (reference = 'ref-1', amountCents = '25000'): Promise<Reply> =>
  post('/cash/codes', { reference, amountCents });
export const inquire = (reference = 'ref-1'): Promise<Reply> => post('/cash/inquiries', { reference });
export const voided = (reference = 'ref-1'): Promise<Reply> => post('/cash/voids', { reference });
export const collect = (code: string): Promise<Reply> => post('/cash/collections', { code });
export const text = (reference = 'text-1', more: object = {}): Promise<Reply> =>
  post('/sms/messages', { reference, to: '+10005550123', text: 'Number ending 7Q2 will close in 7 days.', ...more });
export const behave = async (order: object): Promise<void> => {
  expect(await post('/behaviour', order)).toEqual({ status: 200, body: { accepted: true } });
};
export const summary = async (): Promise<Summary> =>
  (await (await fetch(`${simulator.url}/journal/summary`)).json()) as Summary;

export function codeOf({ body }: Reply): string {
  const { code } = body as { code: string };
  expect(code).toMatch(CODE);
  return code;
}

/** @param between runs while the simulator is stopped */
export async function restart(between: () => void = () => undefined): Promise<void> {
  await simulator.close();
  between();
  simulator = await startSimulator({ port: 0, journal });
}
