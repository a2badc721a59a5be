/** Up to where the books are written down outside the database. */
export interface AnchoredPair {
  readonly seq: bigint;
  /** base64url */
  readonly hash: string;
}

/** `missing`: nothing was ever written, or it was lost. `unreadable`: it holds something else than a pair. */
export type AnchorReading = AnchoredPair | 'missing' | 'unreadable';

export const nothingAnchored: AnchoredPair = { seq: 0n, hash: '' };

export type FreezeReason =
  'books-older-than-anchor' | 'books-other-than-anchor' | 'anchor-missing' | 'anchor-unreadable';

/** How the books stand to the anchor, seen from one transaction. */
export interface LedgerStatus {
  /** Why nothing may be planned or sent; undefined: the books contain what is anchored. */
  readonly freeze: FreezeReason | undefined;
  readonly anchored: AnchoredPair;
  /**
   * A hold was lifted not long ago: what was forgotten may still be said again, so whatever is to be sent is asked
   * about first.
   */
  readonly inquireFirst: boolean;
}

export function anchoredIn(reading: AnchorReading): AnchoredPair {
  return typeof reading === 'string' ? nothingAnchored : reading;
}

/** Why the books may not go on from this anchor; undefined: they may. */
export function freezeReasonOf(
  reading: AnchorReading,
  books: {
    /** Of the link with the anchored number, base64url. */
    readonly hash: string | undefined;
    /** A hold was lifted from this very pair; the process ended before the anchor could move. */
    readonly isLifted: boolean;
    /** Something has been carried to a rail. */
    readonly isAnythingSent: boolean;
  },
): FreezeReason | undefined {
  const { hash, isLifted, isAnythingSent } = books;
  if (reading === 'unreadable') return 'anchor-unreadable';
  // Nothing is sent before there is an anchor: without one, it was lost.
  if (reading === 'missing') return isAnythingSent ? 'anchor-missing' : undefined;
  if (hash === undefined && !isLifted) return 'books-older-than-anchor';
  if (hash !== reading.hash && !isLifted) return 'books-other-than-anchor';
  return undefined;
}
