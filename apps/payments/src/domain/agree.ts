/** What one person agrees to, by its digest. */
export interface Agreement {
  readonly digest: string;
  readonly person: string;
}

/**
 * Whether two people have agreed to the same. The first may change their mind; the second either says the same, or
 * nothing is settled.
 */
export function agree(
  first: Agreement | undefined,
  wish: Agreement,
): 'counted' | 'agreed' | 'same-person' | 'other-resolution' {
  if (first === undefined || (first.person === wish.person && first.digest !== wish.digest)) return 'counted';
  if (first.person === wish.person) return 'same-person';
  return first.digest === wish.digest ? 'agreed' : 'other-resolution';
}
