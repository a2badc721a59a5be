import type { KindSpec } from '../src/index.js';

/** The kinds of record that the processes of a test keep. */
export const keptKinds: readonly KindSpec[] = [{ kind: 'case', sizeBytes: 256, work: false }];

export interface ProcessOptions {
  readonly url: string;
  readonly privateDir: string;
  readonly publicRoot: string;
  readonly night: number;
  readonly today: string;
  /** The point of the turn at which it kills itself. */
  readonly dieAt?: string;
  /** Which half of the records is its own: 0 or 1. */
  readonly own: number;
  /** Number of records at the beginning. */
  readonly count: number;
}
