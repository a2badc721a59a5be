import { readFileSync } from 'node:fs';

import type { Service } from '#libs/contracts';
import { staffSignatureHeaders } from '#libs/household';

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
export function booksOf(paymentsUrl: string, root: string): Promise<Books> {
  return asOperator<Books>({ service: 'payments', root }, `${paymentsUrl}/v1/books`, 'GET');
}

/** @param url of the internal listener @param root as for `booksOf` */
export function healthOf(service: Service, url: string, root: string): Promise<HealthNow> {
  return asOperator<HealthNow>({ service, root }, `${url}/v1/operations/status`, 'POST');
}

async function asOperator<T>(
  { service, root }: { readonly service: Service; readonly root: string },
  url: string,
  method: 'GET' | 'POST',
): Promise<T> {
  const staff = JSON.parse(readFileSync(staffFile(layoutAt(root)), 'utf8')) as readonly LocalStaff[];
  const operator = staff.find((each) => each.service === service && each.role === 'operator');
  if (operator === undefined) throw new Error(`no operator of ${service} is enrolled`);
  const request = { method, path: new URL(url).pathname, body: '' };
  const signer = signerFrom(operator.name, operator.seed);
  const signature = { createdSeconds: Math.floor(Date.now() / 1000), service };
  const headers = await staffSignatureHeaders(request, signer, signature);
  const answer = await fetch(url, { method, headers, signal: AbortSignal.timeout(30_000) });
  return (await answer.json()) as T;
}
