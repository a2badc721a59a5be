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
  it('is reserved, cut into instruments of at most a thousand dollars, and waits for people', () => {
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

  it('planned again, nothing happens', () => {
    const { obligation } = given({}).whenPlanned();
    expect(given({ obligation }).whenPlanned().obligation).toBe(obligation);
  });

  it('waits when there is not enough, when a fund may not pay grants, when its way is not paid by any', () => {
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

  it('waits behind those of its tier and of more urgent ones, and before less urgent ones', () => {
    const statusBehind = (waitingTier: number): string =>
      given({ money: { waitingTier } }).whenPlanned().obligation.status;
    expect([1, 2, 3].map(statusBehind)).toEqual(['waiting-list', 'waiting-list', 'reserved']);
    expect(given({ money: { waitingTier: 1 }, isNextInLine: true }).whenPlanned().obligation.status).toBe('reserved');
  });

  it('cancelled before it was reserved is closed, and costs nothing', () => {
    const planned = given({ isCancelled: true }).whenPlanned();
    expect(planned).toMatchObject({ obligation: { status: 'closed', instruments: [] }, postings: [] });
  });

  it('before the household has chosen how, it is reserved and nothing more', () => {
    const { obligation } = given({ household: newHousehold }).whenPlanned();
    expect(obligation).toEqual({ ...standard, status: 'reserved', fund: 'GIFT' });
  });

  it('from a phone at home gives back what was reserved before its choice came', () => {
    const unseen: HouseholdState = { ...newHousehold, payout: { payoutMethod: 'CASH', site: undefined } };
    const reserved = given({ household: newHousehold }).whenPlanned().obligation;
    const planned = given({ household: unseen, obligation: reserved }).whenPlanned();
    expect(planned.obligation).toEqual(standard);
    expect(moves(planned)).toEqual(['reserved -> available 150000']);
  });

  it('in a way that its fund does not pay goes to a fund that does', () => {
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
  it('goes out by itself, within the cap of its site and hour', () => {
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

  it('waits for people where the profile does not let it go by itself, and where its way has no rail', () => {
    const manual = given({ obligation: rapid }).whenPlanned({ ...policy, isRapidAutomatic: false });
    expect(manual.obligation.instruments).toEqual([instrument({ state: 'waiting-release' })]);
    const card = given({ obligation: rapid, household: { ...present, payout: { payoutMethod: 'CARD', site: 'S-1' } } });
    expect(card.whenPlanned().obligation.instruments).toEqual([
      instrument({ payoutMethod: 'CARD', state: 'waiting-release' }),
    ]);
  });

  it('when the week is used up, is for tier one only', () => {
    const used = { funds: [{ ...fund, rapidLeftCents: 24_999n }] };
    const statusOf = (tier: number): string =>
      given({ obligation: { ...rapid, tier }, money: used }).whenPlanned().obligation.status;
    expect([1, 2].map(statusOf)).toEqual(['reserved', 'waiting-list']);
  });

  it('withdrawn before anybody took it up comes back; afterwards it does not', () => {
    const untouched = given({ obligation: sent({ isClaimed: false }), isCancelled: true }).whenPlanned();
    expect(untouched.obligation).toMatchObject({ status: 'closed', instruments: [{ state: 'void' }] });
    expect(moves(untouched)).toEqual(['in-flight -> available 25000']);
    for (const state of ['intended', 'unknown', 'disputed'] as const) {
      const obligation = sent({ state });
      expect(given({ obligation, isCancelled: true }).whenPlanned().obligation).toBe(obligation);
    }
  });
});

describe('what the rail said', () => {
  const name = { number: 0, generation: 0 };
  const after = (
    obligation: Obligation,
    outcome: Parameters<typeof applyRailOutcome>[2]['outcome'],
    isEnding = false,
  ) => applyRailOutcome(obligation, name, { outcome, isEnding });

  it('a definite no opens the next generation, and none for what was withdrawn', () => {
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

  it('a late code for an instrument whose code is being voided counts no more', () => {
    const voiding = sent({ state: 'unknown', isSecretLost: true });
    expect(after(voiding, { type: 'issued', code: 'LATE-CODE' }).obligation).toBe(voiding);
  });

  it('nothing moves what has come to its end', () => {
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

  it('a contradiction about a code that is out takes it from what is out', () => {
    expect(moves(after(sent({ state: 'issued' }), { type: 'contradiction' }))).toEqual([
      'outstanding -> in-flight 25000',
    ]);
    expect(moves(after(sent({ state: 'unknown' }), { type: 'contradiction' }))).toEqual([]);
  });
});

describe('sums', () => {
  it('splits to the cent', () => {
    expect(splitIntoInstruments(110_000n, 100_000n)).toEqual([100_000n, 10_000n]);
    expect(splitIntoInstruments(100_000n, 100_000n)).toEqual([100_000n]);
    expect(splitIntoInstruments(240_000n, 10_000_000n)).toEqual([240_000n]);
  });

  it('keeps back the share, rounded up', () => {
    expect([setAsideCents(170_000_000n, 15), setAsideCents(1n, 15), setAsideCents(100n, 0)]).toEqual([
      25_500_000n,
      1n,
      0n,
    ]);
  });
});
