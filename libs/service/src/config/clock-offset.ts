import { readFileSync } from 'node:fs';

/** Whole milliseconds by which a test moves clocks. They may be negative. */
export interface ClockOffsets {
  readonly processMs: number;
  readonly databaseMs: number;
}

/** Reads one number for both clocks, or one for the process and one for its database; undefined if there is none. */
export function offsetsIn(path: string): ClockOffsets | undefined {
  try {
    const [, process, database = process] = OFFSETS.exec(readFileSync(path, 'utf8').trim()) ?? [];
    return process === undefined ? undefined : { processMs: Number(process), databaseMs: Number(database) };
  } catch {
    return undefined;
  }
}

const OFFSETS = /^(-?\d{1,13})(?: (-?\d{1,13}))?$/;
