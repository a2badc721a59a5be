export type Refusal = 'same-person' | 'other-content' | 'not-open';

export interface BatchFacts {
  readonly state: 'made' | 'released' | 'void';
  readonly maker: string;
  readonly approvals: readonly string[];
  /** What is in the batch now, against what was made and what the checker has seen. */
  readonly madeDigest: string;
  readonly presentDigest: string;
  readonly seenDigest: string;
}

export type Approval =
  | { readonly outcome: 'refused'; readonly reason: Refusal }
  | { readonly outcome: 'counted'; readonly missing: number }
  | { readonly outcome: 'released' };

/**
 * Whether one more person releases a batch. Maker and checkers are all different people, and each has seen exactly what
 * leaves: a batch that has changed since it was made can never be released.
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
