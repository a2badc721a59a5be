import type { Mention } from './mentions.js';

/** Code that only some files may use, under any name. */
export interface Door {
  readonly what: string;
  /** The words by which it can be used. Other words are not looked up. */
  readonly words: RegExp;
  readonly isIt: (mention: Mention) => boolean;
  /** The files that the rule covers, and those of them that may use it. */
  readonly within: RegExp;
  readonly may: RegExp;
  /** Code that the rule must report, each in its own file: at `at`, or at the given path. */
  readonly at: string;
  readonly planted: readonly (string | readonly [at: string, text: string])[];
}

export const NOBODY = /^$/;
export const services = '^apps/(intake|eligibility|payments|notification)/src/';
export const nestPackage = /node_modules\/@nestjs\//;
export const nodeTypes = /node_modules\/@types\/node\//;
