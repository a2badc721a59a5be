import type { Mention } from './mentions.js';

/** Something that only some files may name, under whatever name it reaches them. */
export interface Door {
  readonly what: string;
  /** Words by which it can be named at all: the rest of the code is not looked up. */
  readonly words: RegExp;
  readonly isIt: (mention: Mention) => boolean;
  /** Files that are held to it, and of those the ones that may. */
  readonly within: RegExp;
  readonly may: RegExp;
  /** Code that it must notice, each in a file of its own: at `at`, or where it says. */
  readonly at: string;
  readonly planted: readonly (string | readonly [at: string, text: string])[];
}

export const NOBODY = /^$/;
export const services = '^apps/(intake|eligibility|payments|notification)/src/';
export const nestPackage = /node_modules\/@nestjs\//;
export const nodeTypes = /node_modules\/@types\/node\//;
