import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FactsSliceV1 } from '#libs/contracts';
import { randomId, someFacts } from '../../../test/support/signed-household.js';
import type { Application } from '../src/case.service.js';
import { decide } from '../src/domain/decide.js';
import { OnFactsSubmitted } from '../src/on-facts-submitted.js';
import { byBill, bySize } from './policies.js';

/** What the message edge gives to the case for a slice: all that a rule can ever know of it. */
function inputFor(slice: FactsSliceV1, attended: boolean): { readonly application?: Application } {
  const edge = new OnFactsSubmitted({} as never, { knows: () => true } as never);
  const delivery = { household: randomId(), payload: { submission: randomId(), attended }, slice, day: 20_000 };
  // The decorator of the handler opens slices, which are open already here.
  return (edge as unknown as { inputOf(submitted: typeof delivery): { readonly application?: Application } }).inputOf(
    delivery,
  );
}

const base: FactsSliceV1 = {
  ...someFacts,
  commandKey: randomId(),
  receiptKey: randomId(),
  paymentsHandle: randomId(),
  linkToken: randomId(),
  tokens: {},
  previousTokens: {},
};

const areas = ['East', 'Harbor', 'Central', 'Valley', 'Citywide'];

/** Everything in a slice that no rule may read. */
const anyUnread = fc.record({
  impacts: fc.uniqueArray(fc.constantFrom('I1', 'I2', 'I3', 'I9'), { minLength: 1, maxLength: 4 }),
  serviceArea: fc.constantFrom(...areas),
  keys: fc.constantFrom(1, 2),
  attended: fc.boolean(),
});
/** And what rules read, so that the comparison is made for many households. */
const anyRead = fc.record({
  bands: fc.record({ to5: fc.nat(3), to17: fc.nat(3), to64: fc.nat(3), over64: fc.nat(3) }),
  urgent: fc.uniqueArray(fc.constantFrom('notice-7-days' as const, 'no-food' as const)),
  incomeChange: fc.constantFrom('stopped' as const, 'cut-by-half-or-more' as const, 'no-change' as const),
  inCity: fc.boolean(),
  areaFit: fc.constantFrom('inside' as const, 'partial' as const, 'edge' as const),
  evidenceClass: fc.constantFrom('R1', 'R2', 'R6'),
  needs: fc.uniqueArray(fc.constantFrom('FOD', 'HOU', 'UTL'), { minLength: 1, maxLength: 3 }),
});

describe('no rule reads area, impact, lane, site, or keys', () => {
  it('because they do not reach the facts: outcome, tier, rules and amounts are the same', () => {
    fc.assert(
      fc.property(anyRead, anyUnread, (read, unread) => {
        const { inCity, areaFit, evidenceClass, ...rest } = read;
        const residence = { inCity, areaFit, evidenceClass };
        const plain = { ...base, ...rest, residence: { ...residence, serviceArea: 'East' } };
        const keys = unread.keys === 1 ? {} : { commandKey: randomId(), receiptKey: randomId(), linkToken: randomId() };
        const moved = { ...residence, serviceArea: unread.serviceArea };
        const other = { ...plain, ...keys, impacts: unread.impacts, residence: moved };
        const [one, two] = [inputFor(plain as never, true), inputFor(other as never, unread.attended)];
        expect(two.application?.facts).toEqual(one.application?.facts);
        expect(two.application?.areaName).toBe(unread.serviceArea);
        const around = { tokensShared: 0, contactShared: 0, isSampled: false };
        for (const policy of [bySize, byBill]) {
          const decided = [one, two].map(({ application }) =>
            decide({ facts: application?.facts as never, around, day: 20_000, isResolved: false }, policy),
          );
          expect(decided[1]).toEqual(decided[0]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('and the facts are exactly these, each from its own field', () => {
    const slice = {
      ...base,
      needs: ['FOD', 'HOU'],
      impactPeriod: '2026-W40',
      incomeChange: 'no-change',
      incomeAtOrBelow: true,
      billCents: '4200',
      urgent: ['no-food'],
      bands: { to5: 1, to17: 2, to64: 3, over64: 4 },
      residence: { inCity: false, serviceArea: 'Harbor', evidenceClass: 'R2', areaFit: 'edge' },
      attested: { residence: true, impact: false, need: true, honesty: false },
    } as const;
    const { application } = inputFor(slice as never, false);
    expect(application?.facts).toEqual({
      event: base.event,
      needs: ['FOD', 'HOU'],
      impactPeriod: '2026-W40',
      incomeChange: 'no-change',
      incomeAtOrBelow: true,
      billCents: 4_200n,
      urgent: ['no-food'],
      householdSize: 10,
      inCity: false,
      areaFit: 'edge',
      evidenceClass: 'R2',
      attested: { residence: true, impact: false, need: true, honesty: false },
    });
    expect([application?.isAttended, application?.areaName]).toEqual([false, 'Harbor']);
  });
});
