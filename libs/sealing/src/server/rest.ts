import type { KeyObject } from 'node:crypto';
import { aeadOpen, aeadSeal, NONCE_BYTES, TAG_BYTES } from './aead.js';
import { freshNonce } from './nonce.js';

/** How much longer a blob is than what it seals. */
export const REST_OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES;

/**
 * Seals bytes for a table or a file: AES-256-GCM, nonce || ciphertext || tag. Random nonces, so one key is good for
 * 2^32 seals (NIST SP 800-38D section 8.3); a row key lives one night.
 *
 * @param key 32 bytes as a `KeyObject`
 * @param aad what the blob belongs to: it opens there only
 */
export function sealAtRest(key: KeyObject, aad: Uint8Array, plaintext: Uint8Array): Buffer {
  const nonce = freshNonce();
  return Buffer.concat([nonce, aeadSeal({ key, nonce, aad }, plaintext)]);
}

/** @throws SealingError `not-opened` */
export function openAtRest(key: KeyObject, aad: Uint8Array, sealed: Uint8Array): Buffer {
  return aeadOpen({ key, nonce: sealed.subarray(0, NONCE_BYTES), aad }, sealed.subarray(NONCE_BYTES));
}
