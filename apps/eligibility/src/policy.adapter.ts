import { OWN_STATEMENT_CLASS, type Profile, type TierRule as ProfileTier, type TriggerRule } from '#libs/policy';
import type { Policy, TierRule, Trigger } from './domain/policy.js';

/** The trigger for each rule of the profile. No service checks the rules that are undefined here. */
const triggers: Readonly<Record<TriggerRule, Trigger | undefined>> = {
  'token-match-2-of-3': 'tokens-two-match',
  'token-match-any': 'tokens-any-match',
  'one-contact-channel-on-more-than-3-households': 'contact-shared',
  'household-size-over-8': 'household-large',
  'zip-partial-or-edge-without-evidence': 'area-unclear',
  'random-sample-3-percent': 'random-sample',
  'random-sample-5-percent': 'random-sample',
  'second-reissue-of-a-payment': undefined,
  'vendor-bank-change-in-30-days': undefined,
  'vendor-paid-for-more-than-10-households': undefined,
};

const tiers: Readonly<Record<ProfileTier, TierRule>> = {
  'eviction-or-shutoff-notice-7-days OR no-food OR medicine-or-infant-need': 'notice-no-food-or-medicine',
  'eviction-or-shutoff-notice': 'notice',
  'incomeChange stopped': 'income-stopped',
  'incomeChange cut-by-half-or-more': 'income-halved',
  other: 'other',
};

export function policyOf(profile: Profile): Policy {
  const { grants } = profile;
  return {
    events: profile.events.map(({ code }) => code),
    needs: profile.needs,
    impactPeriod: profile.impactPeriod,
    income: profile.incomeTest,
    evidenceClasses: profile.evidenceClasses.filter((code) => code !== OWN_STATEMENT_CLASS),
    rapidCents: grants.rapid?.amountCents,
    standard: grants.standard,
    triggers: profile.reviewTriggers.flatMap(({ rule }) => triggers[rule] ?? []),
    tiers: profile.priorityTiers.map(({ tier, rule }) => ({ tier, when: tiers[rule] })),
  };
}

/** Share of the cases that are drawn for review, in percent. */
export function samplePercentOf(profile: Profile): number {
  const rules = profile.reviewTriggers.map(({ rule }) => rule);
  if (rules.includes('random-sample-5-percent')) return 5;
  return rules.includes('random-sample-3-percent') ? 3 : 0;
}
