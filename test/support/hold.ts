import { expect } from '@jest/globals';

import { signatureHeaders } from '#libs/household';

import { eventually, type TestCity } from './city.js';

/** The part of `GET /v1/hold` that tests read. */
export interface Hold {
  readonly hold: string | null;
  readonly found: Readonly<Record<string, number>> | null;
  readonly digest: string | null;
  readonly isCareful: boolean;
}

export async function holdOf(city: TestCity): Promise<Hold> {
  return city.readPayments<Hold>('/v1/hold');
}

async function agree(city: TestCity, name: string, digest: string): Promise<string> {
  const request = { method: 'POST', path: '/v1/hold/lift', body: JSON.stringify({ digest }) };
  const seconds = Math.floor(city.stack.now().getTime() / 1000);
  const headers = await signatureHeaders(request, city.staff(name), seconds);
  const answer = await fetch(`${city.livingUrl('payments')}${request.path}`, {
    ...request,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return String(((await answer.json()) as { outcome?: string; code?: string }).outcome);
}

/**
 * Waits until payments has frozen its ledger and is filled again, and has two people lift the freeze. @returns what
 * they saw
 */
export async function liftHold(city: TestCity): Promise<Hold> {
  await eventually(
    'payments holds',
    () => holdOf(city).catch(() => undefined),
    (seen) => typeof seen?.hold === 'string',
    60_000,
  );
  // As a person does, looks until it is filled and nothing is open.
  const seen = await eventually(
    'nothing is open',
    async () => ({ ...(await holdOf(city)), lag: (await city.checks('payments'))['lag'] }),
    ({ found, lag }) =>
      lag === 0 && found?.['unmatched'] === 0 && found['differing'] === 0 && found['unanswered'] === 0,
    60_000,
  );
  const digest = seen.digest ?? '';
  expect(await agree(city, 'maker-one', digest)).toBe('counted');
  expect(await agree(city, 'checker-one', digest)).toBe('lifted');
  return seen;
}
