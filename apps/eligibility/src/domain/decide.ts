import type { Facts, Policy, Surroundings, TierRule, Trigger } from './policy.js';
import { isWithin } from './period.js';

export type GrantKind = 'rapid' | 'standard';

export interface GrantDecided {
  readonly kind: GrantKind;
  readonly amountCents: bigint;
}

/** The words of a decision trace: why money was granted. */
export type ApprovalRule =
  | 'a-person-decided'
  | 'attested'
  | 'period-fits'
  | 'income-in-band'
  | 'income-down'
  | 'cannot-cover'
  | 'rapid-on-attestation'
  | 'standard-on-evidence';

/**
 * The result of the rules. It is never a denial: a case that no rule approves goes to a person, or the household is
 * asked for evidence.
 */
export type Decision =
  | {
      readonly outcome: 'approve';
      readonly grants: readonly GrantDecided[];
      readonly tier: number;
      readonly rules: readonly ApprovalRule[];
      readonly reasons: readonly string[];
    }
  | {
      readonly outcome: 'review';
      readonly tier: number;
      readonly rules: readonly string[];
      readonly reasons: readonly string[];
    }
  | {
      readonly outcome: 'show-something';
      readonly tier: number;
      readonly rules: readonly string[];
      readonly reasons: readonly string[];
    };

export interface DecideInput {
  readonly facts: Facts;
  readonly around: Surroundings;
  /** The day of the application, days since 1970-01-01. */
  readonly day: number;
  /** True after a reviewer has approved. The rules that send a case to a person do not apply then. */
  readonly isResolved: boolean;
}

/** Decides by the profile alone. The rules are part of the decision trace, for the auditor. */
export function decide({ facts, around, day, isResolved }: DecideInput, policy: Policy): Decision {
  const tier = tierOf(facts, policy);
  const open = isResolved ? [] : [...gaps(facts, day, policy), ...triggersHit(facts, around, policy)];
  if (open.length > 0) return { outcome: 'review', tier, rules: open, reasons: ['a-person-looks-at-it'] };
  // The trace names the reason for the decision. When a person decided, it does not claim that the rules were met.
  const rules: ApprovalRule[] = isResolved ? ['a-person-decided'] : ['attested', 'period-fits'];
  const income = incomeRule(facts, policy);
  if (!isResolved && income !== 'income-unclear') rules.push(income);
  const hasEvidence = policy.evidenceClasses.includes(facts.evidenceClass);
  const grants: GrantDecided[] = [];
  if (policy.rapidCents !== undefined) {
    grants.push({ kind: 'rapid', amountCents: policy.rapidCents });
    rules.push('rapid-on-attestation');
  }
  const standard = standardCents(facts, policy) - (policy.rapidCents ?? 0n);
  if (hasEvidence && standard > 0n) {
    grants.push({ kind: 'standard', amountCents: standard });
    rules.push('standard-on-evidence');
  }
  if (grants.length === 0)
    return { outcome: 'show-something', tier, rules: [...rules, 'evidence-missing'], reasons: ['show-where-you-live'] };
  return { outcome: 'approve', grants, tier, rules, reasons: hasEvidence ? [] : ['show-where-you-live-for-more'] };
}

type IncomeRule = Extract<ApprovalRule, 'income-in-band' | 'income-down' | 'cannot-cover'> | 'income-unclear';

/** The conditions that are not met. Each sends the case to a person, and none is a denial. */
function gaps(facts: Facts, day: number, policy: Policy): string[] {
  const found: string[] = [];
  const { residence, impact, need, honesty } = facts.attested;
  if (!(residence && impact && need && honesty)) found.push('attestation-missing');
  if (!facts.inCity) found.push('outside-city');
  if (!policy.events.includes(facts.event)) found.push('event-unknown');
  if (!facts.needs.every((code) => policy.needs.includes(code))) found.push('need-unknown');
  if (!isWithin(facts.impactPeriod, day, policy.impactPeriod)) found.push('outside-period');
  if (incomeRule(facts, policy) === 'income-unclear') found.push('income-unclear');
  if (policy.standard.basis === 'actual-bill' && facts.billCents === undefined) found.push('bill-missing');
  return found;
}

function incomeRule(facts: Facts, policy: Policy): IncomeRule {
  if (policy.income === 'band-look-and-return')
    return facts.incomeAtOrBelow === true ? 'income-in-band' : 'income-unclear';
  if (facts.incomeChange === 'stopped' || facts.incomeChange === 'cut-by-half-or-more') return 'income-down';
  return facts.attested.need ? 'cannot-cover' : 'income-unclear';
}

function triggersHit(facts: Facts, around: Surroundings, policy: Policy): string[] {
  return policy.triggers.filter((trigger) => isHit(trigger, facts, around, policy));
}

function isHit(trigger: Trigger, facts: Facts, around: Surroundings, policy: Policy): boolean {
  switch (trigger) {
    case 'tokens-two-match':
      return around.tokensShared >= 2;
    case 'tokens-any-match':
      return around.tokensShared >= 1;
    case 'contact-shared':
      return around.contactShared >= 3;
    case 'household-large':
      return facts.householdSize > 8;
    case 'area-unclear':
      return facts.areaFit !== 'inside' && !policy.evidenceClasses.includes(facts.evidenceClass);
    case 'random-sample':
      return around.isSampled;
  }
}

/** The first tier of the profile whose rule fits. The last tier always fits. */
function tierOf(facts: Facts, policy: Policy): number {
  const fits: Readonly<Record<TierRule, boolean>> = {
    'notice-no-food-or-medicine': facts.urgent.length > 0,
    notice: facts.urgent.includes('notice-7-days'),
    'income-stopped': facts.incomeChange === 'stopped',
    'income-halved': facts.incomeChange === 'cut-by-half-or-more',
    other: true,
  };
  return policy.tiers.find(({ when }) => fits[when])?.tier ?? policy.tiers.length;
}

function standardCents(facts: Facts, policy: Policy): bigint {
  if (policy.standard.basis === 'actual-bill') {
    const bill = facts.billCents ?? 0n;
    return bill < policy.standard.maxCents ? bill : policy.standard.maxCents;
  }
  const { bands } = policy.standard;
  return (bands.find(({ max }) => facts.householdSize <= max) ?? bands.at(-1))?.amountCents ?? 0n;
}
