import { createCipheriv, createDecipheriv, type CipherGCMTypes, type KeyObject } from 'node:crypto';
import { SealingError } from '../errors.js';

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

export type AeadName = 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';

/** The arguments of an AEAD call. A `KeyObject` is four times faster than raw bytes for keys used more than once. */
export interface AeadCall {
  readonly key: KeyObject | Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
  readonly cipher?: AeadName;
}

/** @returns ciphertext, then the 16-byte tag */
export function aeadSeal({ key, nonce, aad, cipher = 'aes-256-gcm' }: AeadCall, plaintext: Uint8Array): Buffer {
  const sealing = createCipheriv(cipher as CipherGCMTypes, key, nonce, { authTagLength: TAG_BYTES });
  sealing.setAAD(aad, { plaintextLength: plaintext.length });
  const body = sealing.update(plaintext);
  return Buffer.concat([body, sealing.final(), sealing.getAuthTag()]);
}

/** @throws SealingError `not-opened`, whatever the reason: an attacker learns nothing more */
export function aeadOpen({ key, nonce, aad, cipher = 'aes-256-gcm' }: AeadCall, sealed: Uint8Array): Buffer {
  const bodyBytes = sealed.length - TAG_BYTES;
  if (bodyBytes < 0) throw new SealingError('not-opened');
  // Said, because Node by itself would also take a tag cut down to four bytes, should one ever get this far.
  const opening = createDecipheriv(cipher as CipherGCMTypes, key, nonce, { authTagLength: TAG_BYTES });
  opening.setAAD(aad, { plaintextLength: bodyBytes });
  opening.setAuthTag(sealed.subarray(bodyBytes));
  const body = opening.update(sealed.subarray(0, bodyBytes));
  try {
    opening.final();
  } catch {
    body.fill(0);
    throw new SealingError('not-opened');
  }
  return body;
}
