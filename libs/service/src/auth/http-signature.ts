import { createHash, createPublicKey, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import { httpbis } from 'http-message-signatures';

/**
 * HTTP Message Signatures (RFC 9421) with Ed25519, over method, path and the digest of the body (RFC 9530). The
 * signature alone identifies the device or person; claims in the body are not used.
 */
const COVERED = ['@method', '@path', 'content-digest'] as const;
const MAX_AGE_SECONDS = 600;
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The part of a request that arrives before its body. */
export interface SignedHead {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

/** @param raw 32 bytes */
export function ed25519PublicKey(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_ED25519, raw]), format: 'der', type: 'spki' });
}

/** True if the request has a signature header, valid or not. */
export function isSigned(headers: Headers): boolean {
  return headers['signature'] !== undefined || headers['signature-input'] !== undefined;
}

/** The owner of an enrolled Ed25519 key. */
export interface Signer {
  readonly key: KeyObject;
}

/**
 * Verifies the signature over the head of a request. The signature covers the digest header, but only `digestFits`
 * compares that digest with the body.
 *
 * @param find looks up a key id; called once for each signature
 * @returns the signer, or undefined if any part of the signature is invalid
 * @throws the error of `find`, because a failed lookup does not show that the request was unsigned
 */
export async function signerOf<T extends Signer>(
  request: SignedHead,
  find: (keyId: string) => Promise<T | undefined>,
  now: Date,
): Promise<T | undefined> {
  if (!isDigest(request.headers['content-digest'])) return undefined;
  let signer: T | undefined;
  let unknowable: { readonly error: unknown } | undefined;
  try {
    const verified = await httpbis.verifyMessage(
      {
        requiredFields: [...COVERED],
        requiredParams: ['created', 'keyid'],
        // The library would refuse a clock that is one second ahead of ours; `isFresh` checks the time instead.
        notAfter: new Date(now.getTime() + MAX_AGE_SECONDS * 1000),
        keyLookup: async (params) => {
          const id = typeof params['keyid'] === 'string' ? params['keyid'] : '';
          const created = params['created'];
          const found = await find(id).catch((error: unknown) => {
            unknowable = { error };
            throw error;
          });
          if (found === undefined || !isFresh(created, now)) return null;
          return {
            id,
            algs: ['ed25519'],
            verify: (data: Buffer, signature: Buffer) => {
              const isOwn = verify(null, data, found.key, signature);
              // Set only after verification: a request may carry several signatures, and naming a key does not prove
              // its possession.
              if (isOwn) signer = found;
              return Promise.resolve(isOwn);
            },
          };
        },
      },
      {
        method: request.method,
        // The host is not covered, because a proxy may change it. The library needs a complete URL.
        url: `https://service.invalid${request.path}`,
        headers: cleaned(request.headers),
      },
    );
    return verified === true ? signer : undefined;
  } catch {
    if (unknowable !== undefined) throw unknowable.error;
    // The library throws on malformed headers and on unknown keys alike; the caller learns only that nobody signed.
    return undefined;
  }
}

function isFresh(created: unknown, now: Date): boolean {
  const seconds = created instanceof Date ? created.getTime() / 1000 : Number(created);
  return Number.isFinite(seconds) && Math.abs(now.getTime() / 1000 - seconds) <= MAX_AGE_SECONDS;
}

const DIGEST = /^sha-256=:[A-Za-z0-9+/]{43}=:$/;

function isDigest(header: unknown): header is string {
  return typeof header === 'string' && DIGEST.test(header);
}

/** True if the digest that the head names is that of the body. */
export function digestFits(headers: Headers, body: Uint8Array): boolean {
  const header = headers['content-digest'];
  if (!isDigest(header)) return false;
  const expected = Buffer.from(`sha-256=:${createHash('sha256').update(body).digest('base64')}:`);
  const given = Buffer.from(header);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function cleaned(headers: Headers): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined),
  );
}
