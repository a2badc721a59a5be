import type { SealedContract } from './core/contract.js';
import { ContractError } from './core/errors.js';
import { validate } from './core/validate.js';

/**
 * Texts about a person, each in the form of a kind of value that contracts allow. The letters are of one person, so
 * that a search finds them wherever they stand.
 *
 * @param letters at least twelve capitals, none of which is I, L, O or U
 */
function formsOf(letters: string): readonly string[] {
  const lower = letters.toLowerCase();
  return [
    letters.slice(0, 12),
    lower.slice(0, 12),
    `${letters.charAt(0)}${lower.slice(1, 12)}`,
    letters.slice(0, 8),
    letters.slice(0, 3),
    `${lower.slice(0, 3)}-${letters.charAt(3)}${lower.slice(4, 7)}`,
    `${lower.slice(0, 12)}@nowhere.example`,
    letters.slice(0, 12).padEnd(43, 'A'),
  ];
}

/** One field of a contract in which the contract lets a text about a person pass. */
export interface Marked {
  /** Names of the field, from the payload inwards. */
  readonly path: string;
  readonly text: string;
  /** The example of the contract, with the text in this field alone. */
  readonly payload: object;
}

/**
 * Every field of a contract in which a device could write about a person, found by trying: a new field is among them
 * without a change here. A list has the text in its first place.
 *
 * @param example a valid payload with every field that is to be tried
 */
export function markedFields(
  contract: Pick<SealedContract, 'payload'>,
  letters: string,
  example: object,
): readonly Marked[] {
  return pathsOf(example).flatMap((path): readonly Marked[] => {
    for (const text of formsOf(letters)) {
      const payload = withText(example, path, text);
      if (isValid(contract.payload, payload))
        return [{ path: path.filter((key) => key !== '0').join('.'), text, payload }];
    }
    return [];
  });
}

function pathsOf(value: unknown): readonly (readonly string[])[] {
  if (typeof value === 'string') return [[]];
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value).slice(0, Array.isArray(value) ? 1 : undefined);
  return entries.flatMap(([key, inner]) => pathsOf(inner).map((path) => [key, ...path]));
}

function withText(value: unknown, [key, ...rest]: readonly string[], text: string): object {
  if (key === undefined) return text as unknown as object;
  if (Array.isArray(value)) return value.map((item: unknown, at) => (at === 0 ? withText(item, rest, text) : item));
  const inner = (value as Record<string, unknown>)[key];
  return { ...(value as object), [key]: withText(inner, rest, text) };
}

function isValid(type: new () => object, payload: object): boolean {
  try {
    validate(type, payload);
    return true;
  } catch (error) {
    if (error instanceof ContractError) return false;
    throw error;
  }
}
