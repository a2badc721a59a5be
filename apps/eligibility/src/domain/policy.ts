/** What the city's profile lets the rules know. Amounts are integer cents. */
export interface Policy {
  readonly events: readonly string[];
  readonly needs: readonly string[];
  readonly impactPeriod: { readonly granularity: 'week' | 'month'; readonly lookback: number };
  readonly income: 'self-attest' | 'band-look-and-return';
  /** Classes that count as evidence; a household's own statement is none. */
  readonly evidenceClasses: readonly string[];
  readonly rapidCents: bigint | undefined;
  readonly standard:
    | {
        readonly basis: 'household-size';
        readonly bands: readonly { readonly max: number; readonly amountCents: bigint }[];
      }
    | { readonly basis: 'actual-bill'; readonly maxCents: bigint };
  /** What sends a case to a person, in the order of the profile. */
  readonly triggers: readonly Trigger[];
  readonly tiers: readonly { readonly tier: number; readonly when: TierRule }[];
}

export type Trigger =
  'tokens-two-match' | 'tokens-any-match' | 'contact-shared' | 'household-large' | 'area-unclear' | 'random-sample';

export type TierRule = 'notice-no-food-or-medicine' | 'notice' | 'income-stopped' | 'income-halved' | 'other';

/**
 * What a rule may read of a household. Language, name, site, lane, impact type and navigator are not here, so that no
 * rule can ever read them.
 */
export interface Facts {
  readonly event: string;
  readonly needs: readonly string[];
  readonly impactPeriod: string;
  readonly incomeChange: 'stopped' | 'cut-by-half-or-more' | 'new-costs-only' | 'no-change' | undefined;
  readonly incomeAtOrBelow: boolean | undefined;
  readonly billCents: bigint | undefined;
  readonly urgent: readonly ('notice-7-days' | 'no-food' | 'medicine-or-infant')[];
  readonly householdSize: number;
  readonly inCity: boolean;
  readonly areaFit: 'inside' | 'partial' | 'edge';
  readonly evidenceClass: string;
  readonly attested: {
    readonly residence: boolean;
    readonly impact: boolean;
    readonly need: boolean;
    readonly honesty: boolean;
  };
}

/** What is known around a case when it arrives, and stays as it was then. */
export interface Surroundings {
  /** Most tokens shared with one and the same other household. */
  readonly tokensShared: number;
  /** Other households with the same contact token. */
  readonly contactShared: number;
  /** Drawn for a second look, by a keyed hash: neither chance nor a rule can change it later. */
  readonly isSampled: boolean;
}
