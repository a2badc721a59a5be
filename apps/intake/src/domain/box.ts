/** A message in a box, or for one. The higher version wins in any order. */
export interface Versioned {
  /** The id of the box. */
  readonly box: string;
  readonly version: number;
}

/** The newest message of each box. */
export function newestOf<M extends Versioned>(messages: readonly M[]): readonly M[] {
  const newest = new Map<string, M>();
  for (const message of messages) {
    const other = newest.get(message.box);
    if (other === undefined || other.version < message.version) newest.set(message.box, message);
  }
  return [...newest.values()];
}

/** The messages that replace the content of their box. @param present versions by box; an empty box has none */
export function replacing<M extends Versioned>(
  messages: readonly M[],
  present: ReadonlyMap<string, number>,
): readonly M[] {
  return messages.filter(({ box, version }) => version > (present.get(box) ?? 0));
}
