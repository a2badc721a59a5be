/** A small patch that takes away what keeps a promise, and the test that has to turn red. */
export interface Twin {
  readonly promise: string;
  /** The mechanism that the patch removes. */
  readonly without: string;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly test: string;
  /** Only the tests with this in their names: a part of a file is enough where the whole takes long. */
  readonly name?: string;
}
