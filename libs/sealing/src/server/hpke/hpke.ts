import { diffieHellman, type KeyObject } from 'node:crypto';
import { ENC_BYTES } from '../../binding.js';
import { SealingError } from '../../errors.js';
import { aeadOpen, aeadSeal, type AeadName } from '../aead.js';
import { hpkeSuites, keyAndNonce, kemSharedSecret, scheduleRoot } from './hpke-schedule.js';
import { importPrivateKey, importPublicKey, newPrivateSeed, publicKeyBytes } from '../keys.js';

interface Binding {
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
  /** AES-256-GCM unless said otherwise; the others exist for the RFC's vectors. */
  readonly cipher?: AeadName;
}

export interface HpkeSealing extends Binding {
  /** X25519, 32 bytes */
  readonly recipientKey: Uint8Array;
  readonly plaintext: Uint8Array;
  /** The ephemeral private key; only tests against known answers give one. */
  readonly ephemeral?: KeyObject;
}

export interface HpkeOpening extends Binding {
  readonly privateKey: KeyObject;
  readonly sealed: Uint8Array;
}

/**
 * Single-shot HPKE seal (RFC 9180 section 6.1, base mode) with `node:crypto`, ten times faster than through WebCrypto.
 *
 * @returns enc (32 bytes) || ciphertext || tag (16 bytes)
 * @throws SealingError `bad-key` for a recipient key that is no point or one of small order
 */
export function hpkeSeal({ recipientKey, info, aad, plaintext, cipher, ephemeral }: HpkeSealing): Buffer {
  const suite = hpkeSuites[cipher ?? 'aes-256-gcm'];
  const privateKey = ephemeral ?? importPrivateKey('x25519', newPrivateSeed('x25519'));
  const enc = publicKeyBytes(privateKey);
  const dh = sharedPoint(privateKey, recipientKey);
  if (dh === undefined) throw new SealingError('bad-key');
  const { key, baseNonce } = keyAndNonce(suite, scheduleRoot(suite, kemSharedSecret(dh, enc, recipientKey), info));
  return Buffer.concat([enc, aeadSeal({ key, nonce: baseNonce, aad, cipher: suite.cipher }, plaintext)]);
}

/**
 * Single-shot HPKE open (RFC 9180 section 6.1, base mode).
 *
 * @throws SealingError `not-opened` for everything that is not exactly what was sealed to this key and binding
 */
export function hpkeOpen({ privateKey, info, aad, sealed, cipher }: HpkeOpening): Buffer {
  const suite = hpkeSuites[cipher ?? 'aes-256-gcm'];
  const enc = sealed.subarray(0, ENC_BYTES);
  const dh = sharedPoint(privateKey, enc);
  if (dh === undefined) throw new SealingError('not-opened');
  const shared = kemSharedSecret(dh, enc, publicKeyBytes(privateKey));
  const { key, baseNonce } = keyAndNonce(suite, scheduleRoot(suite, shared, info));
  return aeadOpen({ key, nonce: baseNonce, aad, cipher: suite.cipher }, sealed.subarray(ENC_BYTES));
}

/** X25519, or nothing where the result would be all zeros (RFC 9180 section 7.1.4) or the key has a wrong length. */
function sharedPoint(privateKey: KeyObject, publicKey: Uint8Array): Buffer | undefined {
  try {
    return diffieHellman({ privateKey, publicKey: importPublicKey('x25519', publicKey) });
  } catch {
    return undefined;
  }
}
