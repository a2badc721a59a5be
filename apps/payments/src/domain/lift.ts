import type { Agreement } from './agree.js';
import type { AnchoredPair } from './anchor.js';

/** Counts of one reconciliation of the ledger with the rails. */
export interface Found {
  /** References that the rails were asked about. */
  readonly asked: number;
  /** Forgotten payments that were adopted since the ledger is frozen. */
  readonly adopted: number;
  /** Questions that a rail did not answer. */
  readonly unanswered: number;
  /** Payments of a rail that no grant explains. */
  readonly unmatched: number;
  /** Payments about which rail and ledger differ. */
  readonly differing: number;
  /** Payments for which no fund has enough money. */
  readonly unfunded: number;
}

export interface LiftWish extends Agreement {
  /** The person has looked into unmatched and differing payments, and goes on in spite of them. */
  readonly isAccepted: boolean;
}

export type LiftDecision =
  | { readonly outcome: 'refused'; readonly reason: 'same-person' | 'not-now' }
  | { readonly outcome: 'counted' }
  | { readonly outcome: 'lifted' };

/** `busy`: the anchor could not be locked, so nothing was decided. */
export type LiftOutcome = LiftDecision | { readonly outcome: 'refused'; readonly reason: 'busy' };

/**
 * Whether one more person lifts the freeze. It takes two different people, and both must agree to exactly the same
 * result. Nobody can accept unanswered questions or payments that no fund can pay.
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
 * The content that people agree to when they lift a freeze. It leaves out the reason, the head and the number of
 * questions, because new grants change these while people look.
 */
export function seenBy(
  anchored: AnchoredPair,
  { found, open }: { readonly found: Found; readonly open: readonly string[] },
): object {
  const { unanswered, unfunded, unmatched, differing } = found;
  const anchor = { seq: String(anchored.seq), hash: anchored.hash };
  return { ...anchor, unanswered, unfunded, unmatched, differing, open: [...open] };
}
