import { NONCE_BYTES } from './aead.js';
import { kernelRandom } from './kernel-random.js';

/**
 * A random nonce, 12 bytes. The kernel draws each when it is needed: a nonce in memory would be used twice by two
 * copies of a process, and two seals under one key with one nonce reveal both texts.
 */
export function freshNonce(): Buffer {
  return kernelRandom(NONCE_BYTES);
}
