import type { CodeLists } from './closed-lists.js';
import { fieldsOf } from './field.js';

/**
 * Whether every code in a valid payload is in the city's lists, at every depth. A sender may know another profile or
 * none, so the device asks before it seals, and the service that opens the payload asks again.
 */
export function areListed(type: new () => object, payload: object, lists: CodeLists): boolean {
  const values = payload as Readonly<Record<string, unknown>>;
  return fieldsOf(type).every(({ name, list, nested }) => {
    const items = itemsOf(values[name]);
    if (list !== undefined && !items.every((code) => lists[list].includes(code as string))) return false;
    return nested === undefined || items.every((item) => areListed(nested(), item as object, lists));
  });
}

function itemsOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
