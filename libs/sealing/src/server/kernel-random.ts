import { openSync, readSync } from 'node:fs';

const SOURCE = '/dev/urandom';

let source: number | undefined;

/**
 * Random bytes that the kernel draws now. `randomBytes` of Node takes them from a generator in the memory of the
 * process (OpenSSL's), and a copy of that memory would give the same bytes again: after a machine was cloned, or
 * resumed from a snapshot. The kernel is told of such a copy and draws anew. One read costs less than one
 * `randomBytes`.
 *
 * @throws Error if the kernel gives none; nothing may be sealed then
 */
export function kernelRandom(length: number): Buffer {
  source ??= openSync(SOURCE, 'r');
  const bytes = Buffer.alloc(length);
  for (let filled = 0; filled < length;) {
    const read = readSync(source, bytes, filled, length - filled, null);
    if (read === 0) throw new Error('the kernel gives no random bytes');
    filled += read;
  }
  return bytes;
}
