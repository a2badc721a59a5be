import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayNumber } from '#libs/contracts';
import { apply, newCase, wanted, type CaseCommand, type CaseEvent, type CaseState } from '../src/domain/case.js';
import { react } from '../src/domain/announce.js';
import { decide } from '../src/domain/decide.js';
import type { Facts, Policy, Surroundings } from '../src/domain/policy.js';
import { byBill, bySize } from './policies.js';

const day = dayNumber('2026-11-18');
const NOW_MS = day * 86_400_000 + 12 * 3_600_000;
const policies: readonly (readonly [string, Policy])[] = [
  ['los-angeles', bySize],
  ['santa-ana', byBill],
];

/** Every value that a valid slice can hold, and what no list of the city names. */
const factsOf = (policy: Policy): fc.Arbitrary<Facts> => {
  const periods = [
    '2026-W46',
    '2026-W34',
    '2026-W47',
    '2026-W48',
    '2025-W01',
    '2026-11',
    '2026-05',
    '2026-12',
    '2020-01',
  ];
  const bills = fc.constantFrom(undefined, 1n, 239_999n, 240_000n, 240_001n, 10_000_000n);
  return fc.record({
    event: fc.constantFrom(...policy.events, 'EVT-Z'),
    needs: fc.uniqueArray(fc.constantFrom(...policy.needs, 'QQQ'), { maxLength: 8 }),
    impactPeriod: fc.constantFrom(...periods),
    incomeChange: fc.constantFrom('stopped', 'cut-by-half-or-more', 'new-costs-only', 'no-change', undefined),
    incomeAtOrBelow: fc.constantFrom(true, false, undefined),
    billCents: bills,
    urgent: fc.uniqueArray(
      fc.constantFrom('notice-7-days' as const, 'no-food' as const, 'medicine-or-infant' as const),
    ),
    householdSize: fc.integer({ min: 1, max: 80 }),
    inCity: fc.boolean(),
    areaFit: fc.constantFrom('inside', 'partial', 'edge'),
    evidenceClass: fc.constantFrom(...policy.evidenceClasses, 'R6', 'R9'),
    attested: fc.record({ residence: fc.boolean(), impact: fc.boolean(), need: fc.boolean(), honesty: fc.boolean() }),
  });
};

const anyAround: fc.Arbitrary<Surroundings> = fc.record({
  tokensShared: fc.integer({ min: 0, max: 3 }),
  contactShared: fc.integer({ min: 0, max: 24 }),
  isSampled: fc.boolean(),
});

const anyN = fc.integer({ min: 1, max: 6 });

/** What a household, a navigator and payments can say. No person of the city decides anything. */
const commandsOf = (policy: Policy): fc.Arbitrary<CaseCommand> =>
  fc.oneof(
    fc.record({
      type: fc.constant('submit' as const),
      isSeen: fc.boolean(),
      day: fc.constant(day),
      facts: factsOf(policy),
      around: anyAround,
    }),
    fc.record({ type: fc.constant('submit-unknown' as const), isSeen: fc.boolean() }),
    fc.record({ type: fc.constant('confirm-presence' as const) }),
    fc.record({ type: fc.constant('show-unknown-evidence' as const), n: anyN }),
    fc.record({
      type: fc.constant('show-evidence' as const),
      n: anyN,
      evidenceClass: fc.constantFrom(...policy.evidenceClasses, 'R6'),
    }),
    fc.record({ type: fc.constant('appeal' as const), n: anyN }),
    fc.record({
      type: fc.constant('grant-ended' as const),
      kind: fc.constantFrom('rapid' as const, 'standard' as const),
      how: fc.constantFrom('paid' as const, 'expired' as const, 'returned' as const, 'cancelled' as const),
      day: fc.constant(day + 1),
    }),
  );

interface Lived {
  readonly state: CaseState;
  readonly events: readonly CaseEvent[];
}

/** A case as the service runs it: each command is applied, and the case reacts. */
function live(commands: readonly CaseCommand[], policy: Policy): Lived {
  return commands.reduce<Lived>(
    ({ state, events }, command, at) => {
      const reaction = react(apply(state, command, policy), policy, NOW_MS + at);
      return { state: reaction.state, events: [...events, ...reaction.events] };
    },
    { state: newCase, events: [] },
  );
}

const HOPEFUL = ['approved', 'being-looked-at', 'show-something', 'ask-a-person'];
const TOLD = [...HOPEFUL, 'come-and-confirm'];
const ofType = <T extends CaseEvent['type']>(events: readonly CaseEvent[], type: T) =>
  events.filter((event): event is Extract<CaseEvent, { type: T }> => event.type === type);

describe.each(policies)('no rule denies anything in %s', (_city, policy) => {
  it('whatever the facts, through the whole case: a household is approved, asked, or sent to a person', () => {
    fc.assert(
      fc.property(fc.array(commandsOf(policy), { minLength: 1, maxLength: 8 }), (commands) => {
        const { state, events } = live(commands, policy);
        const outcomes = ofType(events, 'outcome');
        for (const { status } of outcomes) expect(TOLD).toContain(status);
        for (const { template } of ofType(events, 'notice')) expect(['update', 'need']).toContain(template);
        // A submitted case always has an answer.
        const isSubmitted = commands.some(({ type }) => type === 'submit' || type === 'submit-unknown');
        const want = wanted(state, policy);
        expect(want !== undefined).toBe(isSubmitted);
        if (want === undefined) return;
        expect(HOPEFUL).toContain(want.status);
        expect(outcomes.length).toBeGreaterThan(0);
        // Money that was granted without a person is taken away by no rule.
        expect(ofType(events, 'grant-cancelled')).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('only a person declines, and only a household withdraws', () => {
    fc.assert(
      fc.property(
        fc.array(commandsOf(policy), { maxLength: 6 }),
        factsOf(policy),
        anyAround,
        (commands, facts, around) => {
          const submit: CaseCommand = { type: 'submit', isSeen: true, day, facts, around };
          const seen = live([submit, ...commands], policy);
          const declined = live([submit, ...commands, { type: 'resolve', verdict: 'decline', reviewer: 'r' }], policy);
          const withdrawn = live([submit, ...commands, { type: 'withdraw', n: 9 }], policy);
          expect(HOPEFUL).toContain(seen.state.announced.status);
          expect(declined.state.announced.status).toBe('not-approved');
          expect(withdrawn.state.announced.status).toBe('closed');
          const approved = live([submit, { type: 'resolve', verdict: 'approve', reviewer: 'r' }], policy);
          expect(['approved', 'show-something']).toContain(approved.state.announced.status);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** All facts that a rule could read, each with two values. */
const readers: Readonly<Record<keyof Facts, readonly [unknown, unknown]>> = {
  event: ['EVT-A', 'EVT-Z'],
  needs: [['HOU'], ['QQQ']],
  impactPeriod: ['2026-W46', '2025-W01'],
  incomeChange: ['stopped', 'no-change'],
  incomeAtOrBelow: [true, false],
  billCents: [1n, undefined],
  urgent: [[], ['notice-7-days']],
  householdSize: [1, 9],
  inCity: [true, false],
  areaFit: ['inside', 'edge'],
  evidenceClass: ['R1', 'R6'],
  attested: [
    { residence: true, impact: true, need: true, honesty: true },
    { residence: true, impact: true, need: true, honesty: false },
  ],
};

describe('the facts that rules read', () => {
  it('are these and no others', () => {
    const names = Object.keys(readers).toSorted();
    expect(names).toEqual([
      'areaFit',
      'attested',
      'billCents',
      'event',
      'evidenceClass',
      'householdSize',
      'impactPeriod',
      'inCity',
      'incomeAtOrBelow',
      'incomeChange',
      'needs',
      'urgent',
    ]);
  });

  it.each(policies)(
    'carry nothing else: more fields change neither outcome, tier, rules nor amounts, in %s',
    (_city, policy) => {
      const more = fc.record({
        serviceArea: fc.constantFrom('East', 'Harbor', 'Valley'),
        language: fc.constantFrom('en', 'es', 'zh'),
        site: fc.constantFrom('SITE-001', 'SITE-002'),
        lane: fc.constantFrom('kiosk', 'own-device'),
        impacts: fc.constantFrom(['I1'], ['I9']),
        navigator: fc.constantFrom('n1', 'n2'),
      });
      fc.assert(
        fc.property(factsOf(policy), anyAround, more, fc.boolean(), (facts, around, extra, isResolved) => {
          const plain = decide({ facts, around, day, isResolved }, policy);
          const other = decide(
            { facts: { ...facts, ...extra }, around: { ...around, ...extra }, day, isResolved },
            policy,
          );
          expect(other).toEqual(plain);
        }),
        { numRuns: 500 },
      );
    },
  );
});
