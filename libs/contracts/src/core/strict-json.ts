import { ContractError } from './errors.js';

/** No contract has more than four objects or lists inside each other. */
const DEPTH_MAX = 16;

/** JSON has one token of each kind: a text, a bracket, a separator, or a number or literal. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
/** An integer in the one spelling that `JSON.stringify` gives it: no point, no exponent, no `-0`. */
const INTEGER = /^(?:0|-?[1-9]\d{0,15})$/;
/** Keys that reach an object's prototype if code copies them without care. No contract declares one. */
const NEVER_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The keys of an open object, or undefined for an open list. */
type Open = Set<string> | undefined;

/**
 * Parses JSON that has one meaning for every reader. Refuses what parsers read differently: a key twice in one object,
 * a number other than a safe integer, half a surrogate pair, U+0000, and deep nesting.
 *
 * @throws ContractError, without anything of the text
 */
export function parseStrictly(text: string): unknown {
  const value = parsed(text);
  const open: Open[] = [];
  let isKey = false;
  for (const [token] of text.matchAll(TOKENS)) {
    const keys = open.at(-1);
    if (token === '{' || token === '[') {
      if (open.push(token === '{' ? new Set() : undefined) > DEPTH_MAX) throw new ContractError('too-deep');
      isKey = token === '{';
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ',') {
      isKey = keys !== undefined;
    } else if (token.startsWith('"')) {
      const word = textOf(token);
      if (isKey && keys !== undefined) note(keys, word);
      isKey = false;
    } else if (/^[-\d]/.test(token)) {
      checkNumber(token);
    }
  }
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the input.
    throw new ContractError('not-json');
  }
}

function note(keys: Set<string>, key: string): void {
  if (NEVER_KEYS.has(key)) throw new ContractError('unknown-field');
  if (keys.has(key)) throw new ContractError('duplicate-key');
  keys.add(key);
}

/** The bytes were valid UTF-8, so only an escape can stand for half a surrogate pair or for U+0000. */
function textOf(token: string): string {
  if (!token.includes('\\')) return token.slice(1, -1);
  const text = JSON.parse(token) as string;
  if (!text.isWellFormed() || text.includes('\0')) throw new ContractError('invalid-text');
  return text;
}

function checkNumber(token: string): void {
  if (!INTEGER.test(token) || !Number.isSafeInteger(Number(token))) throw new ContractError('invalid-number');
}
