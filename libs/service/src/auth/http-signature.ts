import { createHash, generateKeyPairSync, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import type { Service } from '#libs/contracts';

/**
 * HTTP Message Signatures (RFC 9421) with Ed25519, over method, path and the digest of the body (RFC 9530). Only the
 * one form that our own senders write is accepted, so that nothing a stranger sends costs more than one comparison and
 * one verification. The signature alone identifies the device or person; claims in the body are not used.
 */
const COVERED = 'sig1=("@method" "@path" "content-digest")';
const INPUT_BYTES_MAX = 300;
const DEVICE_INPUT = /^;created=(\d{1,10});keyid="([a-z0-9-]{3,40})";alg="ed25519"$/;
const STAFF_INPUT =
  /^;created=(\d{1,10});keyid="([a-z0-9-]{3,40})";alg="ed25519";nonce="([\w-]{21}[AQgw])";tag="([a-z]{1,20})"$/;
/** 64 bytes and 32 bytes in base64. The last letter allows no second spelling of the same bytes. */
const SIGNATURE = /^sig1=:([A-Za-z0-9+/]{85}[AQgw]==):$/;
const DIGEST = /^sha-256=:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=:$/;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The part of a request that arrives before its body. */
export interface SignedHead {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

/** What the headers of a request claim. Nothing of it is verified yet. */
export interface SignatureClaim {
  readonly keyId: string;
  /** By the sender's clock. */
  readonly createdSeconds: number;
  /** The text that is signed. */
  readonly base: Buffer;
  readonly signature: Buffer;
}

/** A claim for a staff route: for one service only, and with a nonce that is good once. */
export interface StaffClaim extends SignatureClaim {
  /** 16 bytes */
  readonly nonce: Buffer;
}

/** True if the request has a signature header, valid or not. */
export function isSigned(headers: Headers): boolean {
  return headers['signature'] !== undefined || headers['signature-input'] !== undefined;
}

/** Reads the headers of a device; undefined if they have any other form. */
export function deviceClaim(head: SignedHead): SignatureClaim | undefined {
  const parts = partsOf(head, DEVICE_INPUT);
  return parts && claimOf(head, parts);
}

/** Reads the headers of staff; undefined if they have any other form, or are meant for another service. */
export function staffClaim(head: SignedHead, service: Service): StaffClaim | undefined {
  const parts = partsOf(head, STAFF_INPUT);
  if (parts === undefined || parts.fields[3] !== service) return undefined;
  return { ...claimOf(head, parts), nonce: Buffer.from(parts.fields[2] ?? '', 'base64url') };
}

interface Parts {
  readonly digest: string;
  /** The value of `Signature-Input` after the label. */
  readonly params: string;
  readonly signature: string;
  /** What the form captured, in its order. */
  readonly fields: readonly string[];
}

function partsOf({ headers }: SignedHead, form: RegExp): Parts | undefined {
  const { 'content-digest': digest, 'signature-input': input, signature } = headers;
  if (!isDigest(digest) || typeof input !== 'string' || typeof signature !== 'string') return undefined;
  if (input.length > INPUT_BYTES_MAX || !input.startsWith(COVERED)) return undefined;
  const [, bytes] = SIGNATURE.exec(signature) ?? [];
  const [, ...fields] = form.exec(input.slice(COVERED.length)) ?? [];
  if (bytes === undefined || fields.length === 0) return undefined;
  return { digest, params: input.slice('sig1='.length), signature: bytes, fields };
}

function claimOf({ method, path }: SignedHead, { digest, params, signature, fields }: Parts): SignatureClaim {
  const lines = [
    `"@method": ${method}`,
    `"@path": ${path.split('?', 1)[0]}`,
    `"content-digest": ${digest}`,
    `"@signature-params": ${params}`,
  ];
  const [createdSeconds, keyId = ''] = fields;
  return {
    keyId,
    createdSeconds: Number(createdSeconds),
    base: Buffer.from(lines.join('\n'), 'latin1'),
    signature: Buffer.from(signature, 'base64'),
  };
}

/** The private half is gone, so that no signature fits. */
const NOBODY = generateKeyPairSync('ed25519').publicKey;

/**
 * True if this key signed the claim. An unknown name has no key; it is verified against a key of nobody, so that its
 * answer takes as long as that of a known name.
 */
export function isSignedWith(key: KeyObject | undefined, { base, signature }: SignatureClaim): boolean {
  return verify(null, base, key ?? NOBODY, signature) && key !== undefined;
}

/** True if the sender's clock and ours differ by at most this much. */
export function isWithin(seconds: number, { createdSeconds }: SignatureClaim, now: Date): boolean {
  return Math.abs(Math.floor(now.getTime() / 1000) - createdSeconds) <= seconds;
}

function isDigest(header: unknown): header is string {
  return typeof header === 'string' && header.length <= 64 && DIGEST.test(header);
}

/** True if the digest that the head names is that of the body. */
export function digestFits(headers: Headers, body: Uint8Array): boolean {
  const header = headers['content-digest'];
  if (!isDigest(header)) return false;
  const expected = Buffer.from(`sha-256=:${createHash('sha256').update(body).digest('base64')}:`);
  const given = Buffer.from(header);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
