import { expect } from '@jest/globals';

import { staffSignatureHeaders } from '#libs/household';

import { eventually, type TestCity } from './city.js';

/** The part of `GET /v1/ledger-freeze` that tests read. */
export interface Freeze {
  readonly freeze: string | null;
  readonly found: Readonly<Record<string, number>> | null;
  readonly digest: string | null;
  readonly inquireFirst: boolean;
}

/** What `agree` returns for an answer without an outcome. */
const REFUSED = 'undefined';

export async function freezeOf(city: TestCity): Promise<Freeze> {
  return city.readPayments<Freeze>('/v1/ledger-freeze');
}

async function agree(city: TestCity, name: string, digest: string): Promise<string> {
  const request = { method: 'POST', path: '/v1/ledger-freeze/lift', body: JSON.stringify({ digest }) };
  const createdSeconds = Math.floor(city.stack.now().getTime() / 1000);
  const headers = await staffSignatureHeaders(request, city.staff(name), { createdSeconds, service: 'payments' });
  const answer = await fetch(`${city.livingUrl('payments')}${request.path}`, {
    ...request,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return String(((await answer.json()) as { outcome?: string; code?: string }).outcome);
}

/** Waits until payments holds and has been filled again, and has two people lift it. @returns what they saw */
export async function liftFreeze(city: TestCity): Promise<Freeze> {
  await eventually(
    'the ledger is frozen',
    () => freezeOf(city).catch(() => undefined),
    (seen) => typeof seen?.freeze === 'string',
    60_000,
  );
  // As people do, they look until it is filled and nothing is open, and look again if it has changed meanwhile.
  let counted: string | undefined;
  const { seen, second } = await eventually(
    'two people lift it',
    async () => {
      const now = { ...(await freezeOf(city)), lag: (await city.checks('payments'))['lag'] };
      const digest = now.digest ?? '';
      if (!isFilled(now)) return { seen: now };
      if (counted !== digest) {
        const first = await agree(city, 'maker-one', digest);
        if (first === REFUSED) return { seen: now };
        expect(first).toBe('counted');
        counted = digest;
      }
      return { seen: now, second: await agree(city, 'checker-one', digest) };
    },
    (looked) => (looked.second ?? REFUSED) !== REFUSED,
    90_000,
  );
  expect(second).toBe('lifted');
  return seen;
}

function isFilled({ found, lag }: Freeze & { readonly lag?: unknown }): boolean {
  return lag === 0 && found?.['unmatched'] === 0 && found['differing'] === 0 && found['unanswered'] === 0;
}
