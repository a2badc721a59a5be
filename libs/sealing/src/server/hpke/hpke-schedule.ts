import type { AeadName } from '../aead.js';
import { NONCE_BYTES } from '../aead.js';
import { hmacBytes } from '../hmac.js';

/** RFC 9180: DHKEM(X25519, HKDF-SHA256) with HKDF-SHA256 in base mode; only the AEAD varies. */
export interface HpkeSuite {
  readonly cipher: AeadName;
  readonly keyBytes: number;
  readonly id: Buffer;
  /** LabeledExtract("", "psk_id_hash", ""), the same in every base-mode context */
  readonly pskIdHash: Buffer;
}

const NO_BYTES = Buffer.alloc(0);
const BASE_MODE = Buffer.of(0);
const VERSION_LABEL = Buffer.from('HPKE-v1');
const FIRST_BLOCK = Buffer.of(1);

/** Section 5.1: suite_id of the KEM. */
export const KEM_SUITE_ID = Buffer.from([...Buffer.from('KEM'), 0x00, 0x20]);

export const hpkeSuites: Readonly<Record<AeadName, HpkeSuite>> = {
  'aes-128-gcm': suite('aes-128-gcm', 1, 16),
  'aes-256-gcm': suite('aes-256-gcm', 2, 32),
  'chacha20-poly1305': suite('chacha20-poly1305', 3, 32),
};

function suite(cipher: AeadName, aeadId: number, keyBytes: number): HpkeSuite {
  const id = Buffer.from([...Buffer.from('HPKE'), 0x00, 0x20, 0x00, 0x01, 0x00, aeadId]);
  return { cipher, keyBytes, id, pskIdHash: labeledExtract(id, NO_BYTES, 'psk_id_hash', NO_BYTES) };
}

/** Section 4, LabeledExtract. */
export function labeledExtract(suiteId: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Buffer {
  return hmacBytes(salt, VERSION_LABEL, suiteId, Buffer.from(label, 'latin1'), ikm);
}

/** Section 4, LabeledExpand, for outputs of up to one block (32 bytes): HPKE needs no longer ones here. */
export function labeledExpand(
  suiteId: Uint8Array,
  prk: Uint8Array,
  { label, info, bytes }: { readonly label: string; readonly info: Uint8Array; readonly bytes: number },
): Buffer {
  const length = Buffer.of(bytes >> 8, bytes & 0xff);
  const block = hmacBytes(prk, length, VERSION_LABEL, suiteId, Buffer.from(label, 'latin1'), info, FIRST_BLOCK);
  return block.subarray(0, bytes);
}

/** Section 4.1, ExtractAndExpand of the KEM. */
export function kemSharedSecret(dh: Uint8Array, enc: Uint8Array, recipientKey: Uint8Array): Buffer {
  const prk = labeledExtract(KEM_SUITE_ID, NO_BYTES, 'eae_prk', dh);
  const info = Buffer.concat([enc, recipientKey]);
  return labeledExpand(KEM_SUITE_ID, prk, { label: 'shared_secret', info, bytes: 32 });
}

export interface ScheduleRoot {
  readonly context: Buffer;
  readonly secret: Buffer;
}

/** Section 5.1, first half of KeySchedule in base mode. */
export function scheduleRoot(chosen: HpkeSuite, sharedSecret: Uint8Array, info: Uint8Array): ScheduleRoot {
  const infoHash = labeledExtract(chosen.id, NO_BYTES, 'info_hash', info);
  return {
    context: Buffer.concat([BASE_MODE, chosen.pskIdHash, infoHash]),
    secret: labeledExtract(chosen.id, sharedSecret, 'secret', NO_BYTES),
  };
}

/** Section 5.1, second half of KeySchedule: the AEAD key and the nonce of the first message. */
export function keyAndNonce(
  chosen: HpkeSuite,
  { context: info, secret }: ScheduleRoot,
): {
  readonly key: Buffer;
  readonly baseNonce: Buffer;
} {
  return {
    key: labeledExpand(chosen.id, secret, { label: 'key', info, bytes: chosen.keyBytes }),
    baseNonce: labeledExpand(chosen.id, secret, { label: 'base_nonce', info, bytes: NONCE_BYTES }),
  };
}
