import { readFileSync } from 'node:fs';

/** Whole milliseconds, also negative; undefined when the file does not hold them. */
export function offsetIn(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^-?\d{1,13}$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}
