import { HPKE_OVERHEAD_BYTES } from '../../binding.js';
import { canonicalBytes, fromBase64url, toBase64url } from '../../bytes.js';
import { KEY_ID_BYTES } from '../../day-key-entry.js';
import { isDay, type Day } from '../../days.js';
import { SealingError } from '../../errors.js';
import { NONCE_BYTES, TAG_BYTES } from '../aead.js';
import { sha256 } from '../hmac.js';

/**
 * An envelope on the wire:
 *
 *     format (1 byte) | header length (2) | header | nonce (12) | ciphertext | tag (16)
 *
 * header: contract, producer, consumer (each one length byte and ASCII) | version (2) | day (10) | identity key id (8)
 *         | sender key, HPKE-sealed to the consumer's day key (32 + 32 + 16) | signature over all before it (64)
 *
 * The header has one size per contract, so that the length of an envelope reveals nothing.
 */
export interface EnvelopeAddress {
  readonly contract: string;
  readonly version: number;
  readonly producer: string;
  readonly consumer: string;
  readonly day: Day;
}

export interface EnvelopeHeader extends EnvelopeAddress {
  /** `keyId` of the producer's identity key */
  readonly identity: string;
  readonly wrappedKey: Uint8Array;
  readonly signature: Uint8Array;
}

/** The parts of an envelope. `prefix` is format, length and header as they are on the wire. */
export interface EnvelopeParts {
  readonly prefix: Uint8Array;
  readonly nonce: Uint8Array;
  readonly body: Uint8Array;
}

/** Format 2: the body is not bound to identity and signature, so that a header can be signed again. */
const FORMAT = 2;
const PREFIX_START_BYTES = 3;
const DAY_BYTES = 10;
const SIGNATURE_BYTES = 64;
export const SENDER_KEY_BYTES = 32;
const WRAPPED_BYTES = SENDER_KEY_BYTES + HPKE_OVERHEAD_BYTES;
const FIXED_BYTES = 2 + DAY_BYTES + KEY_ID_BYTES + WRAPPED_BYTES + SIGNATURE_BYTES;
const NAME = /^[a-z0-9][a-z0-9.-]{0,99}$/;

/** The size of an envelope minus the size of its payload. It is the same for every envelope of a contract. */
export function envelopeOverheadBytes(address: Pick<EnvelopeAddress, 'contract' | 'producer' | 'consumer'>): number {
  const names = 3 + address.contract.length + address.producer.length + address.consumer.length;
  return PREFIX_START_BYTES + names + FIXED_BYTES + NONCE_BYTES + TAG_BYTES;
}

/** The HPKE `info` to which the wrapped sender key is bound. */
export function wrapInfo({ contract, version, producer, consumer, day }: EnvelopeAddress): Uint8Array {
  return canonicalBytes('sender-key/v1', [contract, version, producer, consumer, day]);
}

/**
 * The hash to which the body is bound (its `aad`): the header without identity and signature. The signature covers the
 * header, so that no part can be exchanged. After a revocation the producer signs again and seals nothing again.
 */
export function bodyBinding(header: EnvelopeAddress & Pick<EnvelopeHeader, 'wrappedKey'>): Buffer {
  const { contract, version, producer, consumer, day, wrappedKey } = header;
  return sha256(canonicalBytes('record-body/v2', [FORMAT, contract, version, producer, consumer, day, wrappedKey]));
}

/** The `aad` of the wrapped key is empty, because its producer may sign with another key later. */
export const WRAP_AAD = canonicalBytes('sender-key-of/v2', []);

/** The bytes that the producer's identity key signs. */
export function headerMessage(unsignedHeader: Uint8Array): Uint8Array {
  return canonicalBytes('record-header/v1', [FORMAT, unsignedHeader]);
}

/** The header up to its signature. @throws SealingError `malformed` for names and days that do not fit */
export function encodeUnsigned(header: Omit<EnvelopeHeader, 'signature'>): Buffer {
  const { contract, version, producer, consumer, day, identity, wrappedKey } = header;
  const fits = Number.isInteger(version) && version > 0 && version <= 0xffff && isDay(day);
  if (!fits || wrappedKey.length !== WRAPPED_BYTES) throw new SealingError('malformed');
  const versionBytes = Buffer.of(version >> 8, version & 0xff);
  const names = [contract, producer, consumer].map(encodeName);
  return Buffer.concat([...names, versionBytes, Buffer.from(day, 'latin1'), fromBase64url(identity), wrappedKey]);
}

/** Format, length and signed header. The nonce follows them. */
export function encodePrefix(unsigned: Uint8Array, signature: Uint8Array): Buffer {
  const length = unsigned.length + signature.length;
  return Buffer.concat([Buffer.of(FORMAT, length >> 8, length & 0xff), unsigned, signature]);
}

/** The bytes of a prefix that its signature covers. */
export function unsignedPart(prefix: Uint8Array): Uint8Array {
  return prefix.subarray(PREFIX_START_BYTES, prefix.length - SIGNATURE_BYTES);
}

/** Splits an envelope into its parts without reading the header. @throws SealingError `malformed` */
export function splitEnvelope(envelope: Uint8Array): EnvelopeParts {
  if (envelope.length < PREFIX_START_BYTES || envelope[0] !== FORMAT) throw new SealingError('malformed');
  const prefixBytes = PREFIX_START_BYTES + (((envelope[1] as number) << 8) | (envelope[2] as number));
  const bodyStart = prefixBytes + NONCE_BYTES;
  if (envelope.length < bodyStart + TAG_BYTES) throw new SealingError('malformed');
  return {
    prefix: envelope.subarray(0, prefixBytes),
    nonce: envelope.subarray(prefixBytes, bodyStart),
    body: envelope.subarray(bodyStart),
  };
}

/** Reads the header in a prefix and verifies nothing. @throws SealingError `malformed` */
export function parseHeader(prefix: Uint8Array): EnvelopeHeader {
  const bytes = prefix.subarray(PREFIX_START_BYTES);
  let at = 0;
  const take = (count: number): Uint8Array => {
    const taken = bytes.subarray(at, at + count);
    if (taken.length !== count) throw new SealingError('malformed');
    at += count;
    return taken;
  };
  const readName = (): string => {
    const name = Buffer.from(take(take(1)[0] as number)).toString('latin1');
    if (!NAME.test(name)) throw new SealingError('malformed');
    return name;
  };
  const [contract, producer, consumer] = [readName(), readName(), readName()];
  const [high, low] = take(2);
  const day = Buffer.from(take(DAY_BYTES)).toString('latin1');
  const header: EnvelopeHeader = {
    contract,
    version: ((high as number) << 8) | (low as number),
    producer,
    consumer,
    day,
    identity: toBase64url(take(KEY_ID_BYTES)),
    wrappedKey: take(WRAPPED_BYTES),
    signature: take(SIGNATURE_BYTES),
  };
  if (at !== bytes.length || !isDay(day)) throw new SealingError('malformed');
  return header;
}

function encodeName(name: string): Buffer {
  if (!NAME.test(name)) throw new SealingError('malformed');
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name, 'latin1')]);
}
