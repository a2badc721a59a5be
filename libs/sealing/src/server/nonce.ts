import { randomBytes } from 'node:crypto';
import { NONCE_BYTES } from './aead.js';

const DRAWN_AT_ONCE = 256;

let drawn: Buffer = Buffer.alloc(0);
let next = 0;

/**
 * A random nonce, 12 bytes. They are drawn many at a time, because asking for random bytes costs more than sealing
 * an envelope. None is given twice.
 */
export function freshNonce(): Buffer {
  if (next === drawn.length) {
    // New memory each time, so that a nonce that a caller still holds does not change.
    drawn = randomBytes(DRAWN_AT_ONCE * NONCE_BYTES);
    next = 0;
  }
  next += NONCE_BYTES;
  return drawn.subarray(next - NONCE_BYTES, next);
}
