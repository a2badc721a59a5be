const names = new Map<string, string>();

/** Gives a statement a name. Statements are constants of the code, so each connection plans each of them once. */
export function named(
  text: string,
  values: unknown[],
): { readonly name: string; readonly text: string; readonly values: unknown[] } {
  const name = names.get(text) ?? `q${names.size}`;
  names.set(text, name);
  return { name, text, values };
}
