import { readFileSync } from 'node:fs';

import { signatureHeaders } from '#libs/household';

import { staffFile, type LocalStaff } from '../local/enrolment.js';
import { layoutAt } from '../local/layout.js';
import { signerFrom } from '../local/signer.js';

/** The books of payments, as its API for staff reports them. */
export interface Books {
  readonly balanced: boolean;
  readonly checks: Readonly<Record<string, boolean>>;
  readonly accounts: Readonly<Record<string, string>>;
  readonly instruments: Readonly<Record<string, number>>;
  readonly obligations: Readonly<Record<string, number>>;
  readonly freeze: string | null;
}

export interface HealthNow {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, boolean | number | string>>;
}

export async function readJson<T>(url: string, headers: Readonly<Record<string, string>> = {}): Promise<T> {
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(30_000) });
  return (await answer.json()) as T;
}

/** @param root where the system keeps the keys of its synthetic staff */
export async function booksOf(paymentsUrl: string, root: string): Promise<Books> {
  const staff = JSON.parse(readFileSync(staffFile(layoutAt(root)), 'utf8')) as readonly LocalStaff[];
  const operator = staff.find(({ service, role }) => service === 'payments' && role === 'operator');
  if (operator === undefined) throw new Error('no operator of payments is enrolled');
  const path = '/v1/books';
  const seconds = Math.floor(Date.now() / 1000);
  const signer = signerFrom(operator.name, operator.seed);
  return readJson<Books>(
    `${paymentsUrl}${path}`,
    await signatureHeaders({ method: 'GET', path, body: '' }, signer, seconds),
  );
}

/** @param url of the internal listener */
export function healthOf(url: string): Promise<HealthNow> {
  return readJson<HealthNow>(`${url}/health/ready`);
}
