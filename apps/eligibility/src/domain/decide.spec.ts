import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayNumber } from '#libs/contracts';
import { family } from '../../test/facts.js';
import { byBill, bySize } from '../../test/policies.js';
import { decide, type Decision } from './decide.js';
import type { Facts, Policy, Surroundings } from './policy.js';

const [losAngeles, santaAna] = [bySize, byBill];
const policies: Readonly<Record<string, Policy>> = { losAngeles, santaAna };

const day = dayNumber('2026-11-18');
const alone: Surroundings = { tokensShared: 0, contactShared: 0, isSampled: false };
const tenant: Facts = {
  ...family,
  event: santaAna.events[0] ?? '',
  needs: [santaAna.needs[0] ?? ''],
  impactPeriod: santaAna.impactPeriod.granularity === 'week' ? '2026-W46' : '2026-11',
  incomeChange: undefined,
  incomeAtOrBelow: true,
  billCents: 180_000n,
  evidenceClass: 'R2',
};

function given(facts: Partial<Facts>, around: Partial<Surroundings> = {}) {
  const decided = (policy: Policy, base: Facts, isResolved = false): Decision =>
    decide({ facts: { ...base, ...facts }, around: { ...alone, ...around }, day, isResolved }, policy);
  return {
    inLosAngeles: (isResolved = false) => decided(losAngeles, family, isResolved),
    inSantaAna: (isResolved = false) => decided(santaAna, tenant, isResolved),
  };
}

const looked = (...rules: string[]) => ({ outcome: 'review', rules, reasons: ['a-person-looks-at-it'] });
const amounts = (decision: Decision): object =>
  decision.outcome === 'approve' ? decision.grants.map(({ kind, amountCents }) => [kind, amountCents]) : [];

describe('in Los Angeles', () => {
  it('an attestation brings a rapid grant at once, and a hint at the standard grant', () => {
    expect(given({}).inLosAngeles()).toEqual({
      outcome: 'approve',
      grants: [{ kind: 'rapid', amountCents: 25_000n }],
      tier: 2,
      rules: ['attested', 'period-fits', 'income-down', 'rapid-on-attestation'],
      reasons: ['show-where-you-live-for-more'],
    });
  });

  it('with evidence, the rapid grant counts against the standard one, by the size of the household', () => {
    const total = (householdSize: number): object =>
      amounts(given({ householdSize, evidenceClass: 'R1' }).inLosAngeles());
    const both = (cents: bigint): object => [
      ['rapid', 25_000n],
      ['standard', cents - 25_000n],
    ];
    expect([1, 2, 3, 4, 5, 8].map(total)).toEqual([70_000n, 70_000n, 110_000n, 110_000n, 150_000n, 150_000n].map(both));
  });

  it.each<[string, Partial<Facts>, Partial<Surroundings>]>([
    ['attestation-missing', { attested: { ...family.attested, honesty: false } }, {}],
    ['outside-city', { inCity: false }, {}],
    ['event-unknown', { event: 'EVT-Z' }, {}],
    ['need-unknown', { needs: ['FOD', 'QQQ'] }, {}],
    ['outside-period', { impactPeriod: '2026-W33' }, {}],
    ['outside-period', { impactPeriod: '2026-W48' }, {}],
    ['outside-period', { impactPeriod: '2026-11' }, {}],
    ['tokens-two-match', {}, { tokensShared: 2 }],
    ['contact-shared', {}, { contactShared: 3 }],
    ['household-large', { householdSize: 9 }, {}],
    ['area-unclear', { areaFit: 'partial' }, {}],
    ['area-unclear', { areaFit: 'edge' }, {}],
    ['random-sample', {}, { isSampled: true }],
  ])('%s: a person looks at it', (rule, facts, around) => {
    expect(given(facts, around).inLosAngeles()).toEqual({ ...looked(rule), tier: 2 });
  });

  it('no person looks at a case that is just inside the limits', () => {
    const fine: [Partial<Facts>, Partial<Surroundings>][] = [
      [{ impactPeriod: '2026-W35' }, {}],
      [{ impactPeriod: '2026-W47' }, {}],
      [{ householdSize: 8 }, {}],
      [{ areaFit: 'edge', evidenceClass: 'R1' }, {}],
      [{}, { tokensShared: 1 }],
      [{}, { contactShared: 2 }],
    ];
    for (const [facts, around] of fine) expect(given(facts, around).inLosAngeles().outcome).toBe('approve');
  });

  it('no income is missing as long as the household cannot cover its need', () => {
    expect(given({ incomeChange: 'no-change' }).inLosAngeles()).toMatchObject({
      outcome: 'approve',
      rules: ['attested', 'period-fits', 'cannot-cover', 'rapid-on-attestation'],
    });
    const attested = { ...family.attested, need: false };
    expect(given({ incomeChange: 'no-change', attested }).inLosAngeles()).toMatchObject(
      looked('attestation-missing', 'income-unclear'),
    );
  });

  it.each<[number, Partial<Facts>]>([
    [1, { urgent: ['no-food'] }],
    [1, { urgent: ['notice-7-days'], incomeChange: 'no-change' }],
    [1, { urgent: ['medicine-or-infant'] }],
    [2, { incomeChange: 'stopped' }],
    [3, { incomeChange: 'cut-by-half-or-more' }],
    [4, { incomeChange: 'new-costs-only' }],
    [4, { incomeChange: undefined }],
  ])('tier %i', (tier, facts) => {
    expect(given(facts).inLosAngeles().tier).toBe(tier);
  });

  it('a reviewer can approve, and the decision trace does not claim that the rules were met', () => {
    expect(given({ inCity: false }, { tokensShared: 3, isSampled: true }).inLosAngeles(true)).toMatchObject({
      outcome: 'approve',
      rules: ['a-person-decided', 'rapid-on-attestation'],
    });
  });
});

describe('in Santa Ana', () => {
  it('evidence brings the amount of the bill, up to the maximum', () => {
    expect(given({}).inSantaAna()).toEqual({
      outcome: 'approve',
      grants: [{ kind: 'standard', amountCents: 180_000n }],
      tier: 2,
      rules: ['attested', 'period-fits', 'income-in-band', 'standard-on-evidence'],
      reasons: [],
    });
    expect(amounts(given({ billCents: 999_999n }).inSantaAna())).toEqual([['standard', 240_000n]]);
  });

  it('a household without evidence is asked for it', () => {
    expect(given({ evidenceClass: 'R6' }).inSantaAna()).toMatchObject({
      outcome: 'show-something',
      reasons: ['show-where-you-live'],
    });
  });

  it.each<[string, Partial<Facts>, Partial<Surroundings>]>([
    ['bill-missing', { billCents: undefined }, {}],
    ['income-unclear', { incomeAtOrBelow: false }, {}],
    ['income-unclear', { incomeAtOrBelow: undefined }, {}],
    ['tokens-any-match', {}, { tokensShared: 1 }],
    ['random-sample', {}, { isSampled: true }],
  ])('%s: a person looks at it', (rule, facts, around) => {
    expect(given(facts, around).inSantaAna()).toEqual({ ...looked(rule), tier: 2 });
  });

  it('a notice comes first', () => {
    expect(given({ urgent: ['notice-7-days'] }).inSantaAna().tier).toBe(1);
    expect(given({ urgent: ['no-food'] }).inSantaAna().tier).toBe(2);
  });
});

describe('whatever the facts are', () => {
  const text = fc.string({ maxLength: 8 });
  const anyFacts: fc.Arbitrary<Facts> = fc.record({
    event: fc.oneof(fc.constant('EVT-A'), text),
    needs: fc.array(fc.oneof(fc.constant('FOD'), text), { maxLength: 7 }),
    impactPeriod: fc.oneof(fc.constantFrom('2026-W46', '2026-11', '2026-W99', '9999-12'), text),
    incomeChange: fc.constantFrom('stopped', 'cut-by-half-or-more', 'new-costs-only', 'no-change', undefined),
    incomeAtOrBelow: fc.constantFrom(true, false, undefined),
    billCents: fc.option(fc.bigInt({ min: 1n, max: 10_000_000n }), { nil: undefined }),
    urgent: fc.uniqueArray(fc.constantFrom('notice-7-days', 'no-food', 'medicine-or-infant')),
    householdSize: fc.integer({ min: 1, max: 80 }),
    inCity: fc.boolean(),
    areaFit: fc.constantFrom('inside', 'partial', 'edge'),
    evidenceClass: fc.oneof(fc.constantFrom('R1', 'R2', 'R6'), text),
    attested: fc.record({ residence: fc.boolean(), impact: fc.boolean(), need: fc.boolean(), honesty: fc.boolean() }),
  });
  const anyAround: fc.Arbitrary<Surroundings> = fc.record({
    tokensShared: fc.integer({ min: 0, max: 3 }),
    contactShared: fc.integer({ min: 0, max: 24 }),
    isSampled: fc.boolean(),
  });

  it.each(Object.keys(policies))('%s: never a denial; money is whole cents within the profile’s maximum', (name) => {
    const policy = policies[name] as Policy;
    const largest = policy.standard.basis === 'actual-bill' ? 240_000n : 150_000n;
    fc.assert(
      fc.property(anyFacts, anyAround, fc.boolean(), (facts, around, isResolved) => {
        const decision = decide({ facts, around, day, isResolved }, policy);
        expect(['approve', 'review', 'show-something']).toContain(decision.outcome);
        expect(decision.tier).toBeGreaterThanOrEqual(1);
        expect(decision.tier).toBeLessThanOrEqual(policy.tiers.length);
        expect(decision.rules.length).toBeGreaterThan(0);
        if (decision.outcome !== 'approve') return;
        const total = decision.grants.reduce((sum, { amountCents }) => sum + amountCents, 0n);
        expect(decision.grants.every(({ amountCents }) => amountCents >= 1n)).toBe(true);
        expect(total <= largest && decision.rules.length <= 8).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });
});
