import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { toBase64url } from '../bytes.js';
import { KEY_ID_BYTES } from '../day-key-entry.js';
import { SealingError } from '../errors.js';
import { sha256 } from './hmac.js';
import { kernelRandom } from './kernel-random.js';

type Curve = 'ed25519' | 'x25519';

const SEED_BYTES = 32;

/** Cached, because the public half costs a scalar multiplication and every open needs that of a day key. */
const publicBytes = new WeakMap<KeyObject, Buffer>();

/** @throws SealingError `bad-key` */
export function importPublicKey(curve: Curve, raw: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(raw), format: 'raw-public', asymmetricKeyType: curve });
  } catch {
    throw new SealingError('bad-key');
  }
}

/** @param seed the 32 private bytes of RFC 7748 / RFC 8032. @throws SealingError `bad-key` */
export function importPrivateKey(curve: Curve, seed: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(seed), format: 'raw-private', asymmetricKeyType: curve });
  } catch {
    throw new SealingError('bad-key');
  }
}

/** The 32 private bytes of a new key. Any bytes are one (RFC 7748 section 5, RFC 8032 section 5.1.5). */
export function newPrivateSeed(curve: Curve): Buffer {
  return importPrivateKey(curve, kernelRandom(SEED_BYTES)).export({ format: 'raw-private' });
}

/** The 32 public bytes of a private or public key. */
export function publicKeyBytes(key: KeyObject): Buffer {
  const known = publicBytes.get(key);
  if (known !== undefined) return known;
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const raw = publicKey.export({ format: 'raw-public' });
  publicBytes.set(key, raw);
  return raw;
}

/** The name of a public key: the first eight bytes of its SHA-256, base64url. */
export function keyIdOf(publicKey: Uint8Array): string {
  return toBase64url(sha256(publicKey).subarray(0, KEY_ID_BYTES));
}

/** Ed25519 (RFC 8032), 64 bytes. */
export function signEd25519(privateKey: KeyObject, message: Uint8Array): Buffer {
  return sign(null, message, privateKey);
}

export function verifyEd25519(publicKey: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, message, publicKey, signature);
}

/** Verifies a household's signature with its raw command key. An unusable key or signature is not valid. */
export function verifyCommand(commandKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verifyEd25519(importPublicKey('ed25519', commandKey), message, signature);
  } catch (error) {
    if (error instanceof SealingError) return false;
    throw error;
  }
}

/** The household reference at a service: SHA-256 of the command key there. */
export function householdRefOfSync(commandKey: Uint8Array): Buffer {
  return sha256(commandKey);
}

/** The box of a household at a service: SHA-256 of the receipt key there. */
export function boxIdOfSync(receiptKey: Uint8Array): Buffer {
  return sha256(receiptKey);
}
