import { kernelRandom } from './kernel-random.js';

/** A random order, so that where something stands tells nothing of when it came (Fisher and Yates). */
export function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  const drawn = kernelRandom(Uint32Array.BYTES_PER_ELEMENT * result.length);
  const random = new Uint32Array(drawn.buffer, drawn.byteOffset, result.length);
  for (let at = result.length - 1; at > 0; at -= 1) {
    const other = (random[at] ?? 0) % (at + 1);
    [result[at], result[other]] = [result[other] as T, result[at] as T];
  }
  return result;
}
