import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { ENC_BYTES } from '../binding.js';
import { concatBytes } from '../bytes.js';
import { SealingError } from '../errors.js';
import type { AgreementPair } from './webcrypto.js';

/** RFC 9180, base mode: the same suite as the server's own path. */
const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

export interface DeviceSealing {
  /** X25519, 32 bytes */
  readonly recipientKey: Uint8Array;
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
  readonly plaintext: Uint8Array;
}

export interface BoxOpening {
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
  readonly sealed: Uint8Array;
}

/**
 * Seals on the device, to a service's day key.
 *
 * @returns enc (32 bytes) || ciphertext || tag (16 bytes)
 * @throws SealingError `bad-key`
 */
export async function sealTo({ recipientKey, info, aad, plaintext }: DeviceSealing): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const recipientPublicKey = await suite.kem.deserializePublicKey(recipientKey);
    const { enc, ct } = await suite.seal({ recipientPublicKey, info }, plaintext, aad);
    return concatBytes(new Uint8Array(enc), new Uint8Array(ct));
  } catch {
    throw new SealingError('bad-key');
  }
}

/** @throws SealingError `not-opened` for everything that is not exactly what was sealed to this pair and binding */
export async function openFrom(
  { privateKey, publicKey }: AgreementPair,
  { info, aad, sealed }: BoxOpening,
): Promise<Uint8Array<ArrayBuffer>> {
  const [enc, body] = [sealed.slice(0, ENC_BYTES), sealed.slice(ENC_BYTES)];
  try {
    return new Uint8Array(await suite.open({ recipientKey: { privateKey, publicKey }, enc, info }, body, aad));
  } catch {
    throw new SealingError('not-opened');
  }
}
