import { describe, expect, it } from '@jest/globals';
import { newHousehold, type HouseholdState } from './household.js';
import { setAsideCents, splitIntoInstruments } from './money.js';
import type { Obligation, Instrument } from './obligation.js';
import { plan } from './plan.js';
import type { FundView, MoneyView, PaymentPolicy, Plan, PlanInput } from './planning.js';
import { applyRailOutcome } from './rail-outcome.js';

const policy: PaymentPolicy = { perInstrumentCents: 100_000n, isRapidAutomatic: true, railPayoutMethods: ['CASH'] };
const fund: FundView = {
  code: 'GIFT',
  payoutMethods: ['CASH', 'CARD'],
  mayPayGrants: true,
  availableCents: 500_000n,
  rapidLeftCents: 100_000n,
};
const money: MoneyView = { funds: [fund], siteLeftCents: 250_000n, waitingTier: undefined };
const present: HouseholdState = { ...newHousehold, payout: { payoutMethod: 'CASH', site: 'S-1' }, isPresent: true };
const standard: Obligation = {
  id: 'grant-1',
  kind: 'standard',
  amountCents: 150_000n,
  needs: ['FOD'],
  tier: 2,
  serviceArea: 'East',
  status: 'open',
  fund: undefined,
  instruments: [],
};
const rapid: Obligation = { ...standard, kind: 'rapid', amountCents: 25_000n };

interface Given {
  readonly household?: HouseholdState;
  readonly obligation?: Obligation;
  readonly money?: Partial<MoneyView>;
  readonly isCancelled?: boolean;
  readonly isNextInLine?: boolean;
  readonly inquireFirst?: boolean;
}

function given({
  household = present,
  obligation = standard,
  isCancelled = false,
  isNextInLine = false,
  ...more
}: Given) {
  const { inquireFirst = false } = more;
  const asked = { household, obligation, isCancelled, isNextInLine: isNextInLine, inquireFirst: inquireFirst };
  const input: PlanInput = { ...asked, money: { ...money, ...more.money } };
  return { whenPlanned: (by = policy): Plan => plan(input, by) };
}

const instrument = (change: Partial<Instrument> = {}): Instrument => ({
  number: 0,
  generation: 0,
  amountCents: 25_000n,
  payoutMethod: 'CASH',
  site: 'S-1',
  state: 'intended',
  isSecretLost: false,
  isClaimed: false,
  inquireFirst: false,
  ...change,
});
const sent = (change: Partial<Instrument> = {}): Obligation => ({
  ...rapid,
  status: 'reserved',
  fund: 'GIFT',
  instruments: [instrument({ isClaimed: true, ...change })],
});
const moves = ({ postings }: Pick<Plan, 'postings'>): string[] =>
  postings.map(({ from, to, amountCents }) => `${from} -> ${to} ${amountCents}`);

describe('a standard grant', () => {
  it('is reserved, split into instruments of at most a thousand dollars, and waits for people', () => {
    const planned = given({}).whenPlanned();
    expect(planned).toEqual({
      obligation: {
        ...standard,
        status: 'reserved',
        fund: 'GIFT',
        instruments: [
          instrument({ amountCents: 100_000n, state: 'waiting-release' }),
          instrument({ number: 1, amountCents: 50_000n, state: 'waiting-release' }),
        ],
      },
      postings: [{ fund: 'GIFT', from: 'available', to: 'reserved', amountCents: 150_000n, obligation: 'grant-1' }],
      releasedCents: 0n,
      rapidCents: 0n,
    });
  });

  it('is planned again without any change', () => {
    const { obligation } = given({}).whenPlanned();
    expect(given({ obligation }).whenPlanned().obligation).toBe(obligation);
  });

  it('waits if money is short, if no fund may pay grants, or if no fund pays its payout method', () => {
    for (const change of [{ availableCents: 149_999n }, { mayPayGrants: false }, { payoutMethods: ['VEND'] }]) {
      const planned = given({ money: { funds: [{ ...fund, ...change }] } }).whenPlanned();
      expect(planned).toEqual({
        obligation: { ...standard, status: 'waiting-list' },
        postings: [],
        releasedCents: 0n,
        rapidCents: 0n,
      });
    }
  });

  it('waits behind its own tier and more urgent ones, and before less urgent ones', () => {
    const statusBehind = (waitingTier: number): string =>
      given({ money: { waitingTier } }).whenPlanned().obligation.status;
    expect([1, 2, 3].map(statusBehind)).toEqual(['waiting-list', 'waiting-list', 'reserved']);
    expect(given({ money: { waitingTier: 1 }, isNextInLine: true }).whenPlanned().obligation.status).toBe('reserved');
  });

  it('cancelled before it was reserved is closed, and costs nothing', () => {
    const planned = given({ isCancelled: true }).whenPlanned();
    expect(planned).toMatchObject({ obligation: { status: 'closed', instruments: [] }, postings: [] });
  });

  it('is only reserved before the household has chosen a payout method', () => {
    const { obligation } = given({ household: newHousehold }).whenPlanned();
    expect(obligation).toEqual({ ...standard, status: 'reserved', fund: 'GIFT' });
  });

  it('returns reserved money when a choice from a phone at home arrives', () => {
    const unseen: HouseholdState = { ...newHousehold, payout: { payoutMethod: 'CASH', site: undefined } };
    const reserved = given({ household: newHousehold }).whenPlanned().obligation;
    const planned = given({ household: unseen, obligation: reserved }).whenPlanned();
    expect(planned.obligation).toEqual(standard);
    expect(moves(planned)).toEqual(['reserved -> available 150000']);
  });

  it('with a payout method that its fund does not pay moves to a fund that does', () => {
    const cashOnly = { ...fund, code: 'CASH-ONLY', payoutMethods: ['CASH'] };
    const reserved = given({ money: { funds: [cashOnly] } }).whenPlanned().obligation;
    const household = { ...present, change: { n: 1, payoutMethod: 'CARD' } };
    const planned = given({ household, obligation: reserved, money: { funds: [cashOnly, fund] } }).whenPlanned();
    expect(planned.obligation).toMatchObject({
      fund: 'GIFT',
      instruments: [{ payoutMethod: 'CARD' }, { payoutMethod: 'CARD' }],
    });
    expect(planned.postings.map(({ fund: code, from, to }) => `${code} ${from} -> ${to}`)).toEqual([
      'CASH-ONLY reserved -> available',
      'GIFT available -> reserved',
    ]);
    const alone = given({ household, obligation: reserved, money: { funds: [cashOnly] } }).whenPlanned();
    expect(alone.obligation).toBe(reserved);
  });
});

describe('a rapid grant', () => {
  it('is released without people, within the cap of its site and hour', () => {
    const planned = given({ obligation: rapid }).whenPlanned();
    expect(planned.obligation.instruments).toEqual([instrument()]);
    expect(moves(planned)).toEqual(['available -> reserved 25000', 'reserved -> in-flight 25000']);
    expect([planned.releasedCents, planned.rapidCents]).toEqual([25_000n, 25_000n]);
    const full = given({ obligation: rapid, money: { siteLeftCents: 24_999n } }).whenPlanned();
    expect(full.obligation.instruments).toEqual([instrument({ state: 'capped' })]);
    expect(given({ obligation: full.obligation, money: { siteLeftCents: 0n } }).whenPlanned().obligation).toBe(
      full.obligation,
    );
  });

  it('waits for people if the profile says so, and if its payout method has no rail', () => {
    const manual = given({ obligation: rapid }).whenPlanned({ ...policy, isRapidAutomatic: false });
    expect(manual.obligation.instruments).toEqual([instrument({ state: 'waiting-release' })]);
    const card = given({ obligation: rapid, household: { ...present, payout: { payoutMethod: 'CARD', site: 'S-1' } } });
    expect(card.whenPlanned().obligation.instruments).toEqual([
      instrument({ payoutMethod: 'CARD', state: 'waiting-release' }),
    ]);
  });

  it('goes only to tier 1 when the week is used up', () => {
    const used = { funds: [{ ...fund, rapidLeftCents: 24_999n }] };
    const statusOf = (tier: number): string =>
      given({ obligation: { ...rapid, tier }, money: used }).whenPlanned().obligation.status;
    expect([1, 2].map(statusOf)).toEqual(['reserved', 'waiting-list']);
  });

  it('is taken back if no worker has claimed it, and not afterwards', () => {
    const untouched = given({ obligation: sent({ isClaimed: false }), isCancelled: true }).whenPlanned();
    expect(untouched.obligation).toMatchObject({ status: 'closed', instruments: [{ state: 'void' }] });
    expect(moves(untouched)).toEqual(['in-flight -> available 25000']);
    for (const state of ['intended', 'unknown', 'disputed'] as const) {
      const obligation = sent({ state });
      expect(given({ obligation, isCancelled: true }).whenPlanned().obligation).toBe(obligation);
    }
  });
});

describe('a rail outcome', () => {
  const name = { number: 0, generation: 0 };
  const after = (
    obligation: Obligation,
    outcome: Parameters<typeof applyRailOutcome>[2]['outcome'],
    isEnding = false,
  ) => applyRailOutcome(obligation, name, { outcome, isEnding });

  it('a definite no opens the next generation, except after a withdrawal', () => {
    const again = after(sent({ state: 'unknown' }), { type: 'definite-no' });
    expect(again.obligation.instruments).toEqual([
      instrument({ state: 'void', isClaimed: true }),
      instrument({ generation: 1, state: 'intended' }),
    ]);
    expect(again.postings).toEqual([]);
    const ended = after(sent({ state: 'unknown' }), { type: 'definite-no' }, true);
    expect(ended.obligation.instruments).toEqual([instrument({ state: 'void', isClaimed: true })]);
    expect(moves(ended)).toEqual(['in-flight -> available 25000']);
  });

  it('ignores a late code for an instrument that is being voided', () => {
    const voiding = sent({ state: 'unknown', isSecretLost: true });
    expect(after(voiding, { type: 'issued', code: 'LATE-CODE' }).obligation).toBe(voiding);
  });

  it('changes no ended instrument', () => {
    for (const state of ['void', 'collected', 'disputed', 'waiting-release', 'capped'] as const) {
      const obligation = sent({ state });
      for (const type of [
        'collected',
        'unknown',
        'send-again',
        'secret-lost',
        'definite-no',
        'contradiction',
      ] as const) {
        expect(after(obligation, { type })).toEqual({ obligation, postings: [] });
      }
    }
  });

  it('that contradicts an issued code removes it from the outstanding money', () => {
    expect(moves(after(sent({ state: 'issued' }), { type: 'contradiction' }))).toEqual([
      'outstanding -> in-flight 25000',
    ]);
    expect(moves(after(sent({ state: 'unknown' }), { type: 'contradiction' }))).toEqual([]);
  });
});

describe('amounts', () => {
  it('are split to the cent', () => {
    expect(splitIntoInstruments(110_000n, 100_000n)).toEqual([100_000n, 10_000n]);
    expect(splitIntoInstruments(100_000n, 100_000n)).toEqual([100_000n]);
    expect(splitIntoInstruments(240_000n, 10_000_000n)).toEqual([240_000n]);
  });

  it('set aside a share, rounded up', () => {
    expect([setAsideCents(170_000_000n, 15), setAsideCents(1n, 15), setAsideCents(100n, 0)]).toEqual([
      25_500_000n,
      1n,
      0n,
    ]);
  });
});
