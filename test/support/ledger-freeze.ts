import { staffSignatureHeaders } from '#libs/household';

import { eventually, type TestCity } from './city.js';

/** The part of `GET /v1/ledger-freeze` that tests read. */
export interface Freeze {
  readonly freeze: string | null;
  readonly found: Readonly<Record<string, number>> | null;
  readonly digest: string | null;
  readonly inquireFirst: boolean;
}

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
  const { seen } = await eventually(
    'two people lift it',
    async () => {
      const now = { ...(await freezeOf(city)), lag: (await city.checks('payments'))['lag'] };
      return { seen: now, outcomes: isFilled(now) ? await agreed(city, now.digest ?? '') : [] };
    },
    ({ outcomes }) => outcomes.includes('lifted'),
    90_000,
  );
  return seen;
}

function isFilled({ found, lag }: Freeze & { readonly lag?: unknown }): boolean {
  return lag === 0 && found?.['unmatched'] === 0 && found['differing'] === 0 && found['unanswered'] === 0;
}

async function agreed(city: TestCity, digest: string): Promise<readonly string[]> {
  const first = await agree(city, 'maker-one', digest);
  return [first, first === 'lifted' ? '' : await agree(city, 'checker-one', digest)];
}
