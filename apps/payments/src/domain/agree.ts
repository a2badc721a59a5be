/** The agreement of one person, by its digest. */
export interface Agreement {
  readonly digest: string;
  readonly person: string;
}

/**
 * Whether two people agree to the same digest. The first person may change their mind. If the second person gives
 * another digest, nothing is decided.
 */
export function agree(
  first: Agreement | undefined,
  wish: Agreement,
): 'counted' | 'agreed' | 'same-person' | 'other-resolution' {
  if (first === undefined || (first.person === wish.person && first.digest !== wish.digest)) return 'counted';
  if (first.person === wish.person) return 'same-person';
  return first.digest === wish.digest ? 'agreed' : 'other-resolution';
}
