import type { PayloadOf, PayloadType } from './contract.js';
import { ContractError } from './errors.js';
import { parseStrictly } from './strict-json.js';
import { validate } from './validate.js';

interface Sized<P extends object = object> {
  readonly sizeBytes: number;
  readonly payload: PayloadType<P>;
}

const SPACE = 0x20;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Encodes the payload as JSON, padded with spaces to the contract's fixed size, so that the length reveals nothing.
 * @throws ContractError if the payload does not fit the contract or its size
 */
export function encodePayload<C extends Sized>(contract: C, payload: PayloadOf<C>): Uint8Array {
  const plain: unknown = JSON.parse(JSON.stringify(payload));
  validate(contract.payload, plain);
  const text = encoder.encode(JSON.stringify(plain));
  if (text.length > contract.sizeBytes) throw new ContractError('wrong-size');
  const padded = new Uint8Array(contract.sizeBytes).fill(SPACE);
  padded.set(text);
  return padded;
}

/**
 * Reverses `encodePayload`. Refuses other sizes, bad UTF-8, bad JSON, unknown fields, wrong values.
 *
 * @throws ContractError
 */
export function decodePayload<C extends Sized>(contract: C, bytes: Uint8Array): PayloadOf<C> {
  if (bytes.length !== contract.sizeBytes) throw new ContractError('wrong-size');
  return validate(contract.payload, parseJson(bytes)) as PayloadOf<C>;
}

/**
 * Parses bytes from outside, and refuses JSON that two parsers could read differently.
 *
 * @throws ContractError
 */
export function parseJson(bytes: Uint8Array): unknown {
  return parseStrictly(textOf(bytes));
}

function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new ContractError('not-json');
  }
}

/** The key that makes a message unique under its contract: the values in the order of `uniqueBy`, as JSON. */
export function businessKey(contract: { readonly uniqueBy: readonly string[] }, payload: object): string {
  const values = payload as Record<string, unknown>;
  return JSON.stringify(contract.uniqueBy.map((name) => values[name]));
}
