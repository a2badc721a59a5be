import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

import { signatureHeaders } from '#libs/household';
import { Staff, type Runtime, type StaffRole } from '#libs/service';
import type { Service } from '#libs/contracts';

import type { ServiceApp } from './service-app.js';

/** Somebody's key at a service, as an enrolment leaves it. */
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
  runtime: Runtime<S>,
  { name, person, role }: { readonly name: string; readonly person: string; readonly role: StaffRole },
): Promise<StaffKey> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(String(publicKey.export({ format: 'jwk' })['x']), 'base64url');
  await runtime.dataSource.getRepository(Staff).insert({ name, person, role, publicKey: raw, struck: false });
  return { name, privateKey };
}

/** Posts to a door of staff, signed by whoever has the key; without one it is not signed. */
export async function postAs<T, S extends Service>(
  { app }: ServiceApp<S>,
  { path, body, now }: { readonly path: string; readonly body: object; readonly now: Date },
  signer?: StaffKey,
): Promise<StaffAnswer<T>> {
  const text = JSON.stringify(body);
  const headers =
    signer === undefined
      ? {}
      : await signatureHeaders(
          { method: 'POST', path, body: text },
          { keyId: signer.name, sign: (bytes) => Promise.resolve(sign(null, bytes, signer.privateKey)) },
          Math.floor(now.getTime() / 1000),
        );
  const answer = await app.inject({
    method: 'POST',
    url: path,
    headers: { ...headers, 'content-type': 'application/json' },
    payload: text,
  });
  return { status: answer.statusCode, body: answer.json<T>() };
}
