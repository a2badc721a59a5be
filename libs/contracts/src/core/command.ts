import { canonicalJson } from './canonical-json.js';
import type { Day } from './day.js';

const encoder = new TextEncoder();

/**
 * The bytes that a household's command key signs: everything in a slice or request but the signature, with the contract
 * and the day, so that a signature is invalid under another contract or on another day.
 */
export function commandBytes(
  contract: { readonly name: string; readonly version: number },
  day: Day,
  payload: object,
): Uint8Array<ArrayBuffer> {
  const { signature: _, ...signed } = payload as { signature?: unknown };
  return encoder.encode(`household-command/v1\n${canonicalJson([contract.name, contract.version, day, signed])}`);
}
