import { changeOf, type LedgerChange } from './ledger.js';
import type { Posting } from './money.js';
import type { Obligation } from './obligation.js';

export type Refusal = 'same-person' | 'other-content' | 'not-open';

export interface BatchFacts {
  readonly state: 'made' | 'released' | 'void';
  readonly maker: string;
  readonly approvals: readonly string[];
  /** The digest of the present content, of the content when it was made, and of what the checker has seen. */
  readonly madeDigest: string;
  readonly presentDigest: string;
  readonly seenDigest: string;
}

export type Approval =
  | { readonly outcome: 'refused'; readonly reason: Refusal }
  | { readonly outcome: 'counted'; readonly missing: number }
  | { readonly outcome: 'released' };

/**
 * Whether one more person releases a batch. Maker and checkers are different people, and each has seen exactly what is
 * sent. A batch that has changed since it was made can never be released.
 */
export function approve(batch: BatchFacts, person: string, checkersNeeded: number): Approval {
  if (batch.state !== 'made') return { outcome: 'refused', reason: 'not-open' };
  if (batch.presentDigest !== batch.madeDigest || batch.seenDigest !== batch.madeDigest) {
    return { outcome: 'refused', reason: 'other-content' };
  }
  if (person === batch.maker || batch.approvals.includes(person)) return { outcome: 'refused', reason: 'same-person' };
  const missing = checkersNeeded - batch.approvals.length - 1;
  return missing > 0 ? { outcome: 'counted', missing } : { outcome: 'released' };
}

/** One instrument of a batch, as a checker has to see it. */
export interface BatchItem {
  /** base64url */
  readonly obligation: string;
  readonly number: number;
  readonly generation: number;
  readonly amountCents: bigint;
  readonly payoutMethod: string;
  readonly fund: string;
}

/**
 * The text that checkers agree to: every instrument, amount and payout method, in a fixed order. Its hash is the
 * digest.
 */
export function batchText(items: readonly BatchItem[]): string {
  const texts = items.map(({ obligation, number, generation, amountCents, payoutMethod, fund }) =>
    JSON.stringify([obligation, number, generation, String(amountCents), payoutMethod, fund]),
  );
  return texts.join('');
}

export function totalCents(items: readonly BatchItem[]): bigint {
  return items.reduce((sum, { amountCents }) => sum + amountCents, 0n);
}

/** The change of the ledger that releases these instruments. */
export function released(obligations: Iterable<Obligation>, items: readonly BatchItem[]): LedgerChange {
  const nameOf = (...[id, number, generation]: [string, number, number]): string => `${id} ${number} ${generation}`;
  const included = new Set(items.map(({ obligation, number, generation }) => nameOf(obligation, number, generation)));
  const changed = [...obligations].map((obligation): Obligation => ({
    ...obligation,
    instruments: obligation.instruments.map((instrument) =>
      included.has(nameOf(obligation.id, instrument.number, instrument.generation))
        ? { ...instrument, state: 'intended' }
        : instrument,
    ),
  }));
  const postings = items.map(({ fund, amountCents, obligation }): Posting => {
    return { fund, from: 'reserved', to: 'in-flight', amountCents, obligation };
  });
  return changeOf(changed, postings);
}
