import { canonicalBytes, type Part } from './bytes.js';
import type { Day } from './days.js';

/** HPKE's encapsulated key, at the start of every message */
export const ENC_BYTES = 32;

/** How much longer an HPKE message is than what it seals: the encapsulated key before it and the tag behind it. */
export const HPKE_OVERHEAD_BYTES = ENC_BYTES + 16;

/** What a sealed slice is bound to: it opens for this contract, version, recipient and day, and for no other. */
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
 * HPKE `aad` of a slice: the fields of the envelope that travel in the clear beside it, so that none can be exchanged.
 * The order in which the fields are written does not matter.
 */
export function sliceAad(envelope: Readonly<Record<string, Part>>): Uint8Array<ArrayBuffer> {
  const names = Object.keys(envelope).sort();
  return canonicalBytes(
    'slice-aad/v1',
    names.flatMap((name) => [name, envelope[name] as Part]),
  );
}

/** What a sealed contract says of itself, as far as its seal is concerned. */
export interface SealedName {
  readonly name: string;
  readonly version: number;
  readonly consumer: string;
}

export interface Binding {
  readonly info: Uint8Array<ArrayBuffer>;
  readonly aad: Uint8Array<ArrayBuffer>;
}

/** How a device's slice or request is bound to its contract, its recipient and the day of the key. */
export function sliceBinding(contract: SealedName, day: Day): Binding {
  const { name, version, consumer } = contract;
  return { info: sliceInfo({ contract: name, version, recipient: consumer, day }), aad: sliceAad({ day }) };
}

/**
 * How a message is bound to its box: it cannot be shown in another box, as another version, or with a later last day.
 */
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

/** How a collection code is sealed to a household's receipt key, inside the message that is sealed to the same key. */
export function codeBinding(way: string, amountCents: string): Binding {
  return {
    info: sliceInfo({ contract: 'payments.code', version: 1, recipient: 'household', day: 'any' }),
    aad: sliceAad({ way, amountCents }),
  };
}
