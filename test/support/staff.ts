import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

import { signatureHeaders } from '#libs/household';
import { Staff, type StaffRole } from '#libs/service';
import type { Service } from '#libs/contracts';

import type { ServiceUnderTest } from './service-under-test.js';

/** A person's key at a service, as an enrolment leaves it. */
export interface StaffKey {
  readonly name: string;
  readonly privateKey: KeyObject;
}

export interface StaffAnswer<T> {
  readonly status: number;
  readonly body: T;
}

/** Enrols a new key of a person. */
export async function enrolStaff<S extends Service>(
  service: ServiceUnderTest<S>,
  { name, person, role }: { readonly name: string; readonly person: string; readonly role: StaffRole },
): Promise<StaffKey> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(String(publicKey.export({ format: 'jwk' })['x']), 'base64url');
  await service.repository(Staff).insert({ name, person, role, publicKey: raw, revoked: false });
  return { name, privateKey };
}

interface StaffRequest {
  readonly path: string;
  readonly body: object;
  readonly now: Date;
}

/** Posts to a staff endpoint, signed with the given key; unsigned if there is none. */
export async function postAs<T, S extends Service>(
  service: ServiceUnderTest<S>,
  { path, body, now }: StaffRequest,
  signer?: StaffKey,
): Promise<StaffAnswer<T>> {
  const text = JSON.stringify(body);
  const headers = { ...(await signed('POST', { path, text, now }, signer)), 'content-type': 'application/json' };
  const answer = await service.inject({ method: 'POST', url: path, headers, payload: text });
  return { status: answer.statusCode, body: answer.json<T>() };
}

/** Reads from a staff endpoint. */
export async function readAs<T, S extends Service>(
  service: ServiceUnderTest<S>,
  { path, now }: Pick<StaffRequest, 'path' | 'now'>,
  signer?: StaffKey,
): Promise<StaffAnswer<T>> {
  const headers = await signed('GET', { path, text: '', now }, signer);
  const answer = await service.inject({ method: 'GET', url: path, headers });
  return { status: answer.statusCode, body: answer.json<T>() };
}

/** Posts to the internal listener. */
export async function postInsideAs<T, S extends Service>(
  service: ServiceUnderTest<S>,
  { path, body, now }: StaffRequest,
  signer?: StaffKey,
): Promise<StaffAnswer<T>> {
  const text = JSON.stringify(body);
  const headers = { ...(await signed('POST', { path, text, now }, signer)), 'content-type': 'application/json' };
  const answer = await fetch(`${service.internalUrl}${path}`, { method: 'POST', headers, body: text });
  return { status: answer.status, body: (await answer.json()) as T };
}

async function signed(
  method: 'GET' | 'POST',
  { path, text, now }: { readonly path: string; readonly text: string; readonly now: Date },
  signer: StaffKey | undefined,
): Promise<Record<string, string>> {
  if (signer === undefined) return {};
  return {
    ...(await signatureHeaders(
      { method, path, body: text },
      { keyId: signer.name, sign: (bytes) => Promise.resolve(sign(null, bytes, signer.privateKey)) },
      Math.floor(now.getTime() / 1000),
    )),
  };
}
