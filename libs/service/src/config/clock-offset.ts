import { readFileSync } from 'node:fs';

/** Reads the offset in whole milliseconds, which may be negative; undefined if the file does not hold one. */
export function offsetIn(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^-?\d{1,13}$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}
