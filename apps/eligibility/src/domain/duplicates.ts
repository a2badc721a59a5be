/** Households that share a token, by their short pseudonyms. */
export interface TokenHolders {
  readonly households: readonly string[];
}

/** A token fits many households by design; beyond this many it tells nothing. */
const HOLDERS_MAX = 24;

export interface Shared {
  /** Most tokens shared with one and the same other household. */
  readonly tokensShared: number;
  /** Other households that gave the same contact. */
  readonly contactShared: number;
}

/** Counts what a household shares with others. A single shared token means nothing; two with the same household may. */
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
