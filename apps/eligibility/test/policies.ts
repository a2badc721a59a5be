import type { Policy } from '../src/domain/policy.js';

/** A rapid grant on attestation, and more by the size of the household. Los Angeles: see `policies.spec.ts`. */
export const bySize: Policy = {
  events: ['EVT-A', 'EVT-B'],
  needs: ['HOU', 'UTL', 'FOD', 'MED', 'CHI', 'TRN', 'OTH'],
  impactPeriod: { granularity: 'week', lookback: 12 },
  income: 'self-attest',
  evidenceClasses: ['R1', 'R2', 'R3', 'R4', 'R5'],
  rapidCents: 25_000n,
  standard: {
    basis: 'household-size',
    bands: [
      { max: 2, amountCents: 70_000n },
      { max: 4, amountCents: 110_000n },
      { max: 80, amountCents: 150_000n },
    ],
  },
  triggers: ['tokens-two-match', 'contact-shared', 'household-large', 'area-unclear', 'random-sample'],
  tiers: [
    { tier: 1, when: 'notice-no-food-or-medicine' },
    { tier: 2, when: 'income-stopped' },
    { tier: 3, when: 'income-halved' },
    { tier: 4, when: 'other' },
  ],
};

/** The amount of the bill, on evidence only. Santa Ana: see `policies.spec.ts`. */
export const byBill: Policy = {
  events: ['EVT-A'],
  needs: ['HOU', 'UTL'],
  impactPeriod: { granularity: 'month', lookback: 6 },
  income: 'band-look-and-return',
  evidenceClasses: ['R2', 'R1'],
  rapidCents: undefined,
  standard: { basis: 'actual-bill', maxCents: 240_000n },
  triggers: ['tokens-any-match', 'random-sample'],
  tiers: [
    { tier: 1, when: 'notice' },
    { tier: 2, when: 'other' },
  ],
};
