import { canonicalBytes, type Part } from './bytes.js';
import type { Day } from './days.js';

/** Bytes of HPKE's encapsulated key, at the start of every message. */
export const ENC_BYTES = 32;

/** Bytes that HPKE adds: the encapsulated key before the ciphertext and the tag after it. */
export const HPKE_OVERHEAD_BYTES = ENC_BYTES + 16;

/** The binding of a sealed slice. It opens for this contract, version, recipient and day only. */
export interface SliceBinding {
  readonly contract: string;
  readonly version: number;
  readonly recipient: string;
  readonly day: Day;
}

/** HPKE `info` of a slice, a request or a box message. */
export function sliceInfo({ contract, version, recipient, day }: SliceBinding): Uint8Array<ArrayBuffer> {
  return canonicalBytes('slice-info/v1', [contract, version, recipient, day]);
}

/**
 * HPKE `aad` of a slice: the clear fields beside it, so that none can be exchanged. The order of the fields does not
 * matter.
 */
export function sliceAad(envelope: Readonly<Record<string, Part>>): Uint8Array<ArrayBuffer> {
  const names = Object.keys(envelope).sort();
  return canonicalBytes(
    'slice-aad/v1',
    names.flatMap((name) => [name, envelope[name] as Part]),
  );
}

/** The part of a contract to which its seal is bound. */
export interface SealedName {
  readonly name: string;
  readonly version: number;
  readonly consumer: string;
}

export interface Binding {
  readonly info: Uint8Array<ArrayBuffer>;
  readonly aad: Uint8Array<ArrayBuffer>;
}

/** Binds a slice or a request to its contract, its recipient and the day of the key. */
export function sliceBinding(contract: SealedName, day: Day): Binding {
  const { name, version, consumer } = contract;
  return { info: sliceInfo({ contract: name, version, recipient: consumer, day }), aad: sliceAad({ day }) };
}

/** Binds a message to its box, its version and its last day. It does not open with others. */
export function boxBinding(
  contract: SealedName,
  address: { readonly box: Uint8Array; readonly version: number; readonly lastDay: Day },
): Binding {
  const { name, version, consumer } = contract;
  return {
    info: sliceInfo({ contract: name, version, recipient: consumer, day: address.lastDay }),
    aad: sliceAad({ box: address.box, version: address.version }),
  };
}

/** Binds a collection code, which is sealed to the receipt key inside of the message that is sealed to the same key. */
export function codeBinding(way: string, amountCents: string): Binding {
  return {
    info: sliceInfo({ contract: 'payments.code', version: 1, recipient: 'household', day: 'any' }),
    aad: sliceAad({ way, amountCents }),
  };
}
