/** The households that gave a token, by their short pseudonyms. */
export interface TokenHolders {
  readonly households: readonly string[];
}

/** A token fits many households by design. Beyond this number it is no sign of a duplicate. */
const HOLDERS_MAX = 24;

export interface Shared {
  /** The largest number of tokens that are shared with one other household. */
  readonly tokensShared: number;
  /** The number of other households that gave the same contact. */
  readonly contactShared: number;
}

/** Counts the tokens that a household shares with others. One shared token means nothing; two may be a duplicate. */
export function sharedWith(
  self: string,
  tokens: readonly { readonly isContact: boolean; readonly holders: TokenHolders | undefined }[],
): Shared {
  const counts = new Map<string, number>();
  let contactShared = 0;
  for (const { isContact, holders } of tokens) {
    const others = new Set(holders?.households.filter((household) => household !== self));
    for (const other of others) counts.set(other, (counts.get(other) ?? 0) + 1);
    if (isContact) contactShared = Math.max(contactShared, others.size);
  }
  return { tokensShared: Math.max(0, ...counts.values()), contactShared };
}

export function withHolder(holders: TokenHolders | undefined, self: string): TokenHolders {
  const households = holders?.households ?? [];
  if (households.includes(self) || households.length >= HOLDERS_MAX) return { households };
  return { households: [...households, self] };
}

export function withoutHolder({ households }: TokenHolders, self: string): TokenHolders {
  return { households: households.filter((household) => household !== self) };
}
