import { createHmac, hash, KeyObject } from 'node:crypto';
import { canonicalBytes, type Part } from '../bytes.js';

const BLOCK_BYTES = 64;

/** SHA-256, 32 bytes. */
export function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}

/**
 * HMAC-SHA256 (RFC 2104) of joined chunks under a key of at most 64 bytes. Put together from two one-shot hashes: with
 * a raw key `createHmac` costs five times as much, and an HPKE open does five of these.
 */
export function hmacBytes(key: Uint8Array, ...chunks: readonly Uint8Array[]): Buffer {
  const inner = Buffer.alloc(BLOCK_BYTES, 0x36);
  const outer = Buffer.alloc(BLOCK_BYTES, 0x5c);
  for (let at = 0; at < key.length; at += 1) {
    inner[at] = 0x36 ^ (key[at] as number);
    outer[at] = 0x5c ^ (key[at] as number);
  }
  return sha256(Buffer.concat([outer, sha256(Buffer.concat([inner, ...chunks]))]));
}

/**
 * HMAC-SHA256 over the canonical encoding of `parts` (each with its length, so that `('ab','c')` and `('a','bc')`
 * differ). 32 bytes. Keep a long-lived key as a `KeyObject`.
 */
export function hmacSha256(key: Uint8Array | KeyObject, ...parts: readonly Part[]): Buffer {
  const message = canonicalBytes('hmac/v1', parts);
  if (key instanceof KeyObject) return createHmac('sha256', key).update(message).digest();
  return hmacBytes(key.length > BLOCK_BYTES ? sha256(key) : key, message);
}
