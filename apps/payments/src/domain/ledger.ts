import type { Posting } from './money.js';
import type { Obligation } from './obligation.js';
import type { FundView } from './planning.js';

/** The changes of one transaction in the ledger. */
export interface LedgerChange {
  readonly obligations: readonly StoredObligation[];
  readonly postings: readonly Posting[];
  readonly rapid: readonly { readonly fund: string; readonly cents: bigint }[];
  readonly released: readonly { readonly site: string | undefined; readonly cents: bigint }[];
}

/** An obligation and its decision trace for auditors. The trace is written once and never changes. */
export interface StoredObligation {
  readonly obligation: Obligation;
  readonly decisionTrace: object | undefined;
}

export interface LedgerView {
  readonly funds: readonly FundView[];
  /** The most urgent tier that waits; undefined: nobody waits. */
  readonly waitingTier: number | undefined;
}

/** A decision of two people. Names are pseudonyms of staff. It never contains a household. */
export interface BookEvent {
  readonly kind: 'freeze-lifted' | 'dispute-resolved';
  readonly detail: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** One link of the hash chain over all commits of the ledger. */
export interface ChainLink {
  readonly seq: bigint;
  readonly hash: Uint8Array;
}

/** A change that counts against no limit of a week or an hour. */
export function changeOf(obligations: readonly Obligation[], postings: readonly Posting[]): LedgerChange {
  return {
    obligations: obligations.map((obligation) => ({ obligation, decisionTrace: undefined })),
    postings,
    rapid: [],
    released: [],
  };
}

/** The largest rapid grant for which the week has room, in any fund. */
export function rapidLeftOf(funds: readonly FundView[]): bigint {
  const lefts = funds.filter(({ mayPayGrants }) => mayPayGrants).map(({ rapidLeftCents }) => rapidLeftCents);
  return lefts.reduce((most, left) => (left > most ? left : most), 0n);
}
