/** The part of the city's profile that the rules use. Amounts are integer cents. */
export interface Policy {
  readonly events: readonly string[];
  readonly needs: readonly string[];
  readonly impactPeriod: { readonly granularity: 'week' | 'month'; readonly lookback: number };
  readonly income: 'self-attest' | 'band-look-and-return';
  /** The classes that count as evidence. The household's own statement does not. */
  readonly evidenceClasses: readonly string[];
  readonly rapidCents: bigint | undefined;
  readonly standard:
    | {
        readonly basis: 'household-size';
        readonly bands: readonly { readonly max: number; readonly amountCents: bigint }[];
      }
    | { readonly basis: 'actual-bill'; readonly maxCents: bigint };
  /** The triggers that send a case to a person, in the order of the profile. */
  readonly triggers: readonly Trigger[];
  readonly tiers: readonly { readonly tier: number; readonly when: TierRule }[];
}

export type Trigger =
  'tokens-two-match' | 'tokens-any-match' | 'contact-shared' | 'household-large' | 'area-unclear' | 'random-sample';

export type TierRule = 'notice-no-food-or-medicine' | 'notice' | 'income-stopped' | 'income-halved' | 'other';

/**
 * The facts that a rule may read. Language, name, site, lane, impact type and navigator are absent, so that no rule can
 * read them.
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

/** Findings about an application when it arrives. They do not change later. */
export interface Surroundings {
  /** The largest number of tokens that are shared with one other household. */
  readonly tokensShared: number;
  /** The number of other households with the same contact token. */
  readonly contactShared: number;
  /** Drawn for review by a keyed hash, so that the draw is the same when it is repeated. */
  readonly isSampled: boolean;
}
