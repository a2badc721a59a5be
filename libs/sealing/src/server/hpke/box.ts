import { boxBinding, type SealedName } from '../../binding.js';
import type { Day } from '../../days.js';
import { boxIdOfSync } from '../keys.js';
import { hpkeSeal } from './hpke.js';

export interface BoxLetter {
  /** The household's receipt key at the service that writes, base64url. */
  readonly receiptKey: string;
  readonly contract: SealedName;
  readonly version: number;
  /** The last day on which it can be read. */
  readonly lastDay: Day;
  readonly plaintext: Uint8Array;
}

/**
 * Seals a message to a household's receipt. The box follows from the key that it is sealed to, so nobody can direct it
 * into another's box.
 *
 * @throws SealingError `bad-key`
 */
export function sealToBox({ receiptKey, contract, version, lastDay, plaintext }: BoxLetter): {
  readonly box: Buffer;
  readonly sealed: Buffer;
} {
  const recipientKey = Buffer.from(receiptKey, 'base64url');
  const box = boxIdOfSync(recipientKey);
  const sealed = hpkeSeal({ recipientKey, ...boxBinding(contract, { box, version, lastDay }), plaintext });
  return { box, sealed };
}
