import type { Agreement } from './agree.js';
import type { AnchoredPair } from './anchor.js';

/** What reconciling the books with the rails has found. Counts only. */
export interface Found {
  /** References that the rails were asked about. */
  readonly asked: number;
  /** Payments that the books had forgotten and have taken in again, since payments holds. */
  readonly adopted: number;
  /** Questions that a rail did not answer. */
  readonly unanswered: number;
  /** Payments of a rail that no grant of ours explains. */
  readonly unmatched: number;
  /** Payments of which rail and books say different things. */
  readonly differing: number;
  /** Payments for which no fund holds enough. */
  readonly unfunded: number;
}

export interface LiftWish extends Agreement {
  /** Whoever signs has looked into what is unmatched and what differs, and goes on in spite of it. */
  readonly isAccepted: boolean;
}

export type LiftDecision =
  | { readonly outcome: 'refused'; readonly reason: 'same-person' | 'not-now' }
  | { readonly outcome: 'counted' }
  | { readonly outcome: 'lifted' };

/** `busy`: the anchor could not be moved just now, so nothing was decided. */
export type LiftOutcome = LiftDecision | { readonly outcome: 'refused'; readonly reason: 'busy' };

/**
 * Whether a hold may be lifted by one more person. Two different people, each for exactly what was found. What a rail
 * did not say, and what no fund can bear, nobody can accept.
 */
export function lift(
  found: Found,
  present: { readonly digest: string; readonly first: Agreement | undefined },
  wish: LiftWish,
): LiftDecision {
  if (wish.digest !== present.digest) return { outcome: 'refused', reason: 'not-now' };
  if (found.unanswered > 0 || found.unfunded > 0) return { outcome: 'refused', reason: 'not-now' };
  const isOpen = found.unmatched > 0 || found.differing > 0;
  if (isOpen && !wish.isAccepted) return { outcome: 'refused', reason: 'not-now' };
  const { first } = present;
  if (first === undefined || first.digest !== present.digest) return { outcome: 'counted' };
  if (first.person === wish.person) return { outcome: 'refused', reason: 'same-person' };
  return { outcome: 'lifted' };
}

/**
 * What people have seen who agree to lift a hold. Not the reason, which changes as the books grow past the anchor; not
 * the head and not how many were asked about: while people look, new grants go on coming in.
 */
export function seenBy(
  anchored: AnchoredPair,
  { found, open }: { readonly found: Found; readonly open: readonly string[] },
): object {
  const { unanswered, unfunded, unmatched, differing } = found;
  const anchor = { seq: String(anchored.seq), hash: anchored.hash };
  return { ...anchor, unanswered, unfunded, unmatched, differing, open: [...open] };
}
