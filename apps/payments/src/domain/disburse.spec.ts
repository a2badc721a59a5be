import { describe, expect, it } from '@jest/globals';
import { disburse, type Batch, type DisburseRules } from './disburse.js';
import type { HouseholdCommand } from './household.js';
import type { Obligation, Instrument } from './obligation.js';
import { withCommands, type HouseholdKeys, type HouseholdRecord, type RailWork, type Work } from './work.js';
import { clocks } from '../../test/clocks.js';

const today = 20_775;
const rules: DisburseRules = {
  today,
  agingDay: today,
  nowMs: today * 86_400_000,
  clocks,
  policy: { perInstrumentCents: 100_000n, isRapidAutomatic: true, railPayoutMethods: ['CASH'] },
  sealCode: ({ receiptKey }, { payoutMethod, amountCents, code }) =>
    `${code} of ${amountCents} in ${payoutMethod} for ${receiptKey}`,
};
const keys: HouseholdKeys = { receiptKey: 'key', linkToken: 'token', pickup: 'pickup' };
const site = 'S-1';
const promised = {
  kind: 'rapid',
  amountCents: 25_000n,
  needs: ['FOD'],
  tier: 1,
  serviceArea: 'East',
} as const;

const choose: HouseholdCommand = { type: 'choose-payout', payout: { payoutMethod: 'CASH', site }, isPresent: true };
const award = (grant: string): HouseholdCommand => ({
  type: 'award',
  caseRef: 'case',
  grant: { ...promised, grant, obligation: `o-${grant}`, day: today },
  isCancelled: false,
});
const instrument: Instrument = {
  number: 0,
  generation: 0,
  amountCents: 25_000n,
  payoutMethod: 'CASH',
  site,
  state: 'intended',
  isSecretLost: false,
  isClaimed: false,
  inquireFirst: false,
};
const owed = (...instruments: Instrument[]): Obligation => ({
  ...promised,
  id: 'o-g',
  status: 'reserved',
  fund: 'GIFT',
  instruments,
});

const fund = {
  code: 'GIFT',
  payoutMethods: ['CASH'],
  mayPayGrants: true,
  availableCents: 30_000n,
  rapidLeftCents: 100_000n,
};

function given(works: readonly Work[], change: Partial<Batch> = {}, known: readonly Obligation[] = []) {
  const before = new Map<string, HouseholdRecord>();
  const batch: Batch = {
    works,
    households: withCommands(before, works),
    books: {
      obligations: new Map(known.map((obligation) => [obligation.id, obligation])),
      view: { funds: [fund], waitingTier: undefined },
      siteLeft: new Map([[site, 50_000n]]),
    },
    isFrozen: false,
    inquireFirst: false,
    ...change,
  };
  return { whenDisbursed: () => disburse(batch, rules) };
}

const answered = (outcome: RailWork['outcome']): Work => ({
  householdRef: 'h',
  commands: [choose, award('g')],
  keys,
  rail: { obligation: 'o-g', name: { number: 0, generation: 0 }, outcome },
});

describe('a grant of a household that somebody has seen', () => {
  const work: Work = {
    householdRef: 'h',
    commands: [choose, award('g')],
    keys,
    day: today,
    decisionTraces: new Map([['o-g', { rules: ['r'] }]]),
  };

  it('is reserved and sent, with its decision trace, and the household is linked and told', () => {
    const { change, links, reports, ends } = given([work]).whenDisbursed();
    expect(change).toEqual({
      obligations: [{ obligation: owed(instrument), decisionTrace: { rules: ['r'] } }],
      postings: [
        { fund: 'GIFT', from: 'available', to: 'reserved', amountCents: 25_000n, obligation: 'o-g' },
        { fund: 'GIFT', from: 'reserved', to: 'in-flight', amountCents: 25_000n, obligation: 'o-g' },
      ],
      rapid: [{ fund: 'GIFT', cents: 25_000n }],
      released: [{ site, cents: 25_000n }],
    });
    expect(links).toEqual([{ obligation: 'o-g', householdRef: 'h' }]);
    expect(reports.map(({ events }) => events.map(({ type }) => type))).toEqual([['outcome']]);
    expect(ends).toEqual([]);
  });

  it('is only stored while the ledger is frozen: nothing is planned and nothing is reported', () => {
    const { change, links, reports, ends } = given([work], { isFrozen: true }).whenDisbursed();
    const open: Obligation = { ...owed(), status: 'open', fund: undefined };
    const obligations = [{ obligation: open, decisionTrace: { rules: ['r'] } }];
    expect(change).toEqual({ obligations, postings: [], rapid: [], released: [] });
    expect(links).toEqual([{ obligation: 'o-g', householdRef: 'h' }]);
    expect({ reports, ends }).toEqual({ reports: [], ends: [] });
  });

  it('leaves less for the next one of the same batch, which waits', () => {
    const other: Work = { ...work, householdRef: 'i', commands: [choose, award('i')], decisionTraces: new Map() };
    const { change } = given([work, other]).whenDisbursed();
    expect(change.obligations.map(({ obligation }) => obligation.status)).toEqual(['reserved', 'waiting-list']);
  });

  it('is planned after those that are next in line on the waiting list', () => {
    const waiting: Obligation = { ...owed(), id: 'o-i', status: 'waiting-list', fund: undefined };
    const turn: Work = { householdRef: 'i', commands: [choose, award('i')], keys, nextInLine: ['o-i'] };
    const { change } = given([work, turn], {}, [waiting]).whenDisbursed();
    expect(change.obligations.map(({ obligation: { id, status } }) => [id, status])).toEqual([
      ['o-i', 'reserved'],
      ['o-g', 'waiting-list'],
    ]);
  });
});

describe('a rail outcome', () => {
  it('of an issued code: the code is stored sealed, and the ledger has it in the same transaction', () => {
    const { change, households } = given([answered({ type: 'issued', code: 'C-1' })], {}, [
      owed(instrument),
    ]).whenDisbursed();
    expect(change.obligations).toEqual([
      { obligation: owed({ ...instrument, state: 'issued' }), decisionTrace: undefined },
    ]);
    expect(households.get('h')?.state.items).toEqual([
      {
        obligation: 'o-g',
        number: 0,
        payoutMethod: 'CASH',
        amountCents: 25_000n,
        sealedCode: 'C-1 of 25000 in CASH for key',
        day: today,
      },
    ]);
  });

  it('of a code that cannot be sealed to anybody leads to another question', () => {
    const { keys: _, ...unknown } = answered({ type: 'issued', code: 'C-1' });
    const { change, households } = given([unknown], {}, [owed(instrument)]).whenDisbursed();
    expect(change.obligations).toEqual([
      { obligation: owed({ ...instrument, state: 'unknown' }), decisionTrace: undefined },
    ]);
    expect(households.get('h')?.state.items).toEqual([]);
  });

  it('comes before any report to the household after a restore', () => {
    const { reports } = given([answered({ type: 'unknown' })], {}, [
      owed({ ...instrument, inquireFirst: true }),
    ]).whenDisbursed();
    expect(reports).toEqual([]);
  });

  it('of the last collected instrument ends the grant as paid', () => {
    const { ends } = given([answered({ type: 'collected' })], {}, [
      owed({ ...instrument, state: 'issued' }),
    ]).whenDisbursed();
    expect(ends).toEqual([{ grant: 'g', obligation: 'o-g', householdRef: 'h', isPaid: true, isWithdrawn: false }]);
  });
});
