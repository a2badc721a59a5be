/** The newest position and hash of the chain that is stored outside the database. */
export interface AnchoredPair {
  readonly seq: bigint;
  /** base64url */
  readonly hash: string;
}

/** `missing`: no anchor was ever written, or it was lost. `unreadable`: the anchor is not a pair. */
export type AnchorReading = AnchoredPair | 'missing' | 'unreadable';

export const nothingAnchored: AnchoredPair = { seq: 0n, hash: '' };

export type FreezeReason =
  'books-older-than-anchor' | 'books-other-than-anchor' | 'anchor-missing' | 'anchor-unreadable';

/** How the ledger compares with the anchor, read in one transaction. */
export interface LedgerStatus {
  /** Why nothing may be planned or sent; undefined: the ledger contains the anchored pair. */
  readonly freeze: FreezeReason | undefined;
  readonly anchored: AnchoredPair;
  /**
   * A freeze was lifted not long ago. Messages about forgotten payments may still arrive again, so the rail is asked
   * before anything is sent.
   */
  readonly inquireFirst: boolean;
}

export function anchoredIn(reading: AnchorReading): AnchoredPair {
  return typeof reading === 'string' ? nothingAnchored : reading;
}

/** Why the ledger may not go on from this anchor; undefined: it may. */
export function freezeReasonOf(
  reading: AnchorReading,
  books: {
    /** Hash of the link with the anchored number, base64url. */
    readonly hash: string | undefined;
    /** A freeze was lifted from this pair, and the process ended before the anchor moved. */
    readonly isLifted: boolean;
    /** Something was sent to a rail. */
    readonly isAnythingSent: boolean;
  },
): FreezeReason | undefined {
  const { hash, isLifted, isAnythingSent } = books;
  if (reading === 'unreadable') return 'anchor-unreadable';
  // Nothing is sent before there is an anchor. If something was sent and there is no anchor, it was lost.
  if (reading === 'missing') return isAnythingSent ? 'anchor-missing' : undefined;
  if (hash === undefined && !isLifted) return 'books-older-than-anchor';
  if (hash !== reading.hash && !isLifted) return 'books-other-than-anchor';
  return undefined;
}
