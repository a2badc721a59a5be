import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

import { staffSignatureHeaders } from '#libs/household';
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
  await service.readKeys();
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
  request: StaffRequest,
  signer?: StaffKey,
): Promise<StaffAnswer<T>> {
  return postSigned(service, request, await signed(service.definition.service, 'POST', request, signer));
}

/** Posts to a staff endpoint with headers that were made before. */
export async function postSigned<T, S extends Service>(
  service: ServiceUnderTest<S>,
  { path, body }: Pick<StaffRequest, 'path' | 'body'>,
  headers: Readonly<Record<string, string>>,
): Promise<StaffAnswer<T>> {
  const answer = await service.inject({
    method: 'POST',
    url: path,
    headers: { ...headers, 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  return { status: answer.statusCode, body: answer.json<T>() };
}

/** Reads from a staff endpoint. */
export async function readAs<T, S extends Service>(
  service: ServiceUnderTest<S>,
  { path, now }: Pick<StaffRequest, 'path' | 'now'>,
  signer?: StaffKey,
): Promise<StaffAnswer<T>> {
  const headers = await signed(service.definition.service, 'GET', { path, now }, signer);
  const answer = await service.inject({ method: 'GET', url: path, headers });
  return { status: answer.statusCode, body: answer.json<T>() };
}

/** Posts to the internal listener. */
export async function postInsideAs<T, S extends Service>(
  service: ServiceUnderTest<S>,
  request: StaffRequest,
  signer?: StaffKey,
): Promise<StaffAnswer<T>> {
  const signature = await signed(service.definition.service, 'POST', request, signer);
  const headers = { ...signature, 'content-type': 'application/json' };
  const body = JSON.stringify(request.body);
  const answer = await fetch(`${service.internalUrl}${request.path}`, { method: 'POST', headers, body });
  return { status: answer.status, body: (await answer.json()) as T };
}

/** The headers of one request to one service. */
export async function signed(
  service: Service,
  method: 'GET' | 'POST',
  { path, body, now }: Omit<StaffRequest, 'body'> & { readonly body?: object },
  signer: StaffKey | undefined,
): Promise<Readonly<Record<string, string>>> {
  if (signer === undefined) return {};
  return staffSignatureHeaders(
    { method, path, body: body === undefined ? '' : JSON.stringify(body) },
    { keyId: signer.name, sign: (bytes) => Promise.resolve(sign(null, bytes, signer.privateKey)) },
    { createdSeconds: Math.floor(now.getTime() / 1000), service },
  );
}
