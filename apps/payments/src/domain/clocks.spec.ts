import { describe, expect, it } from '@jest/globals';
import { forgotten, isAtRest, isHouseholdOver, keptUntil, lapseOf, passDay } from './clocks.js';
import { apply, newHousehold, type GrantOfHousehold, type HouseholdCommand, type HouseholdState } from './household.js';
import { report } from './message.js';
import type { Obligation, Instrument } from './obligation.js';
import { plan } from './plan.js';
import type { MoneyView, PaymentPolicy } from './planning.js';
import { clocks } from '../../test/clocks.js';

const policy: PaymentPolicy = { perInstrumentCents: 100_000n, isRapidAutomatic: false, railPayoutMethods: ['CASH'] };
const fund = {
  code: 'GIFT',
  payoutMethods: ['CASH'],
  mayPayGrants: true,
  availableCents: 500_000n,
  rapidLeftCents: 100_000n,
};
const money: MoneyView = { funds: [fund], siteLeftCents: 0n, waitingTier: undefined };
const DAY_MS = 86_400_000;
const AWARDED = 100;
const grant = {
  grant: 'g',
  obligation: 'o',
  kind: 'standard',
  amountCents: 150_000n,
  needs: ['FOD'],
  tier: 2,
  serviceArea: 'East',
  day: AWARDED,
} as const;

const award: HouseholdCommand = { type: 'award', caseRef: 'case', grant, isCancelled: false };
const chosen: HouseholdCommand = {
  type: 'choose-payout',
  payout: { payoutMethod: 'CASH', site: 'S-1' },
  isPresent: true,
};
const fromHome: HouseholdCommand = {
  type: 'choose-payout',
  payout: { payoutMethod: 'CASH', site: undefined },
  isPresent: false,
};
const presence = (n: number): HouseholdCommand => ({ type: 'confirm-presence', n, site: 'S-1' });
const toldAgain = (n: number, isPresent = true): HouseholdCommand => ({
  type: 'change-payout',
  n,
  payoutMethod: 'CASH',
  isWhole: true,
  isPresent,
  site: 'S-1',
});

/** One household, its grant and the fund, day by day. */
class Story {
  state: HouseholdState = newHousehold;
  obligation: Obligation = { ...grant, id: 'o', status: 'open', fund: undefined, instruments: [] };
  readonly postings: string[] = [];
  readonly told: string[] = [];

  on(day: number, ...commands: readonly HouseholdCommand[]): this {
    const known = new Map([['o', this.obligation]]);
    this.state = passDay(commands.reduce(apply, this.state), known, day, clocks);
    for (const each of this.state.grants) {
      const lapse = lapseOf(each, day, clocks);
      const { isCancelled } = each;
      const input = {
        household: this.state,
        obligation: this.obligation,
        isCancelled,
        lapse,
        isNextInLine: false,
        inquireFirst: false,
        money,
      };
      const planned = plan(input, policy);
      this.obligation = planned.obligation;
      this.postings.push(
        ...planned.postings.map(({ from, to, amountCents }) => `${day} ${from} -> ${to} ${amountCents}`),
      );
    }
    const { state, events } = report(this.state, new Map([['o', this.obligation]]), day * DAY_MS);
    this.state = state;
    for (const event of events) {
      if (event.type === 'outcome') this.told.push(`${day} ${[event.status, ...event.reasons].join(' ')}`);
      if (event.type === 'grant-closed') this.told.push(`${day} grant ${event.ended}`);
    }
    return this;
  }

  /** Sets what the partner would have reported. */
  instrumentsAre(change: Partial<Instrument>): this {
    this.obligation = {
      ...this.obligation,
      instruments: this.obligation.instruments.map((instrument) => ({ ...instrument, ...change })),
    };
    return this;
  }
}

describe('a grant without a payout choice', () => {
  it('keeps its money for thirty days, returns it, and gets it again if the choice arrives in time', () => {
    const story = new Story().on(AWARDED, award).on(129).on(130).on(131);
    expect(story.postings).toEqual(['100 available -> reserved 150000', '130 reserved -> available 150000']);
    expect(story.told).toEqual(['130 grant expired']);
    story.on(220, toldAgain(1));
    expect(story.postings.slice(2)).toEqual(['220 available -> reserved 150000']);
    expect(story.told.slice(1)).toEqual(['220 approved being-prepared']);
    expect(story.obligation.instruments.map(({ state, payoutMethod }) => `${state} ${payoutMethod}`)).toEqual([
      'waiting-release CASH',
      'waiting-release CASH',
    ]);
  });

  it('ends for good after the reopening window', () => {
    const story = new Story().on(AWARDED, award).on(130).on(220);
    expect(isAtRest(story.state)).toBe(false);
    story.on(221).on(222, toldAgain(1));
    expect(isAtRest(story.state)).toBe(true);
    expect(story.obligation.status).toBe('closed');
    expect(story.postings).toHaveLength(2);
    expect(story.told).toEqual(['130 grant expired', '222 closed']);
  });

  it('with a choice from a phone at home it waits until the household was seen', () => {
    const story = new Story().on(AWARDED, award).on(110, toldAgain(1, false));
    expect(story.told).toEqual(['110 come-and-confirm']);
    expect(story.postings.at(-1)).toBe('110 reserved -> available 150000');
    expect(story.on(111, presence(2)).told.at(-1)).toBe('111 approved being-prepared');
  });

  it('needs a complete choice: a changed payout method alone is not enough', () => {
    const part: HouseholdCommand = {
      type: 'change-payout',
      n: 1,
      payoutMethod: 'CASH',
      isWhole: false,
      isPresent: true,
      site: 'S-1',
    };
    const story = new Story().on(AWARDED, award).on(101, part).on(130);
    expect(story.told).toEqual(['130 grant expired']);
  });
});

describe('an application from home', () => {
  it('is closed if nobody was seen for thirty days, and paid if the household comes later', () => {
    const story = new Story().on(AWARDED, fromHome, award).on(129).on(130);
    expect(story.told).toEqual([
      '100 come-and-confirm',
      '130 grant expired',
      '130 closed nobody-came-in-time can-be-reopened',
    ]);
    expect(story.postings).toEqual([]);
    story.on(140, presence(1));
    expect(story.told.at(-1)).toBe('140 approved being-prepared');
    expect(story.postings).toEqual(['140 available -> reserved 150000']);
  });

  it('is planned on the day on which the household was seen', () => {
    const story = new Story().on(AWARDED, fromHome, award).on(129, presence(1)).on(131);
    expect(story.told).toEqual(['100 come-and-confirm', '129 approved being-prepared']);
    expect(story.postings).toEqual(['129 available -> reserved 150000']);
  });
});

describe('codes that nobody collects', () => {
  const out = (number: number): HouseholdCommand => ({
    type: 'item-ready',
    item: {
      obligation: 'o',
      number,
      payoutMethod: 'CASH',
      amountCents: number === 0 ? 100_000n : 50_000n,
      sealedCode: 'x',
      day: 105,
    },
  });

  it('are voided after sixty days; a later request opens a new generation', () => {
    const story = new Story()
      .on(AWARDED, chosen, award)
      .instrumentsAre({ state: 'issued' })
      .on(105, out(0), out(1))
      .on(164);
    expect(story.told.at(-1)).toBe('105 ready-to-collect');
    story.on(165);
    expect(story.obligation.instruments.every(({ state, isSecretLost }) => state === 'issued' && isSecretLost)).toBe(
      true,
    );
    expect(story.state.items).toEqual([]);
    // This request is too early: an instrument that is still being voided is not paid again.
    story.on(165, presence(1)).instrumentsAre({ state: 'void' }).on(166, presence(2));
    expect(story.told.slice(-2)).toEqual(['166 grant expired', '166 closed nobody-came-in-time can-be-reopened']);
    story.on(167);
    expect(story.told.at(-1)).toBe('167 approved being-prepared');
    expect(story.postings.at(-1)).toBe('167 available -> reserved 150000');
    expect(story.obligation.instruments.map(({ number, generation, state }) => [number, generation, state])).toEqual([
      [0, 0, 'void'],
      [1, 0, 'void'],
      [0, 1, 'waiting-release'],
      [1, 1, 'waiting-release'],
    ]);
  });
});

describe('a withdrawal', () => {
  it.each<[string, readonly HouseholdCommand[]]>([
    ['before everything', [{ type: 'withdraw', n: 1 }, chosen, award]],
    ['between the halves', [award, { type: 'withdraw', n: 1 }, chosen]],
    ['last', [chosen, award, { type: 'withdraw', n: 1 }]],
  ])('%s: nothing is reserved, and only the withdrawal is kept', (_name, commands) => {
    const story = new Story();
    for (const command of commands) story.on(AWARDED, command);
    expect(story.obligation.status).toBe('closed');
    expect(story.told).toContain('100 closed withdrawn');
    expect(story.told.filter((line) => line.includes('grant'))).toEqual(['100 grant cancelled']);
    const rest = forgotten(story.state);
    expect(
      JSON.stringify(rest, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toMatch(/CASH|S-1|East/);
    expect(keptUntil({ ...rest, ownDay: AWARDED }, clocks)).toBe(AWARDED + 18);
  });

  it('of an issued code: it is voided, and no longer shown', () => {
    const item = { obligation: 'o', number: 0, payoutMethod: 'CASH', amountCents: 100_000n, sealedCode: 'x', day: 101 };
    const story = new Story().on(AWARDED, chosen, award).instrumentsAre({ state: 'issued', isClaimed: true });
    story.on(101, { type: 'item-ready', item }).on(102, { type: 'withdraw', n: 1 });
    expect(story.state.items).toEqual([]);
    expect(story.told.at(-1)).toBe('102 closed withdrawn');
    expect(story.obligation.instruments.map(({ isSecretLost }) => isSecretLost)).toEqual([true, true]);
    expect(isAtRest(story.state)).toBe(false);
    expect(isAtRest(story.instrumentsAre({ state: 'void' }).on(103).state)).toBe(true);
  });
});

describe('a household record is kept', () => {
  const ended = (how: 'paid' | 'cancelled' | 'expired', day: number): GrantOfHousehold => ({
    ...grant,
    isCancelled: false,
    isClosedTold: true,
    ended: { day, how },
  });
  const open: GrantOfHousehold = { ...grant, isCancelled: false, isClosedTold: false };
  it.each<[string, number, Partial<HouseholdState>]>([
    ['with a request alone, until no slice can come any more', 109, {}],
    [
      'with a choice alone, until no grant can be expected',
      160,
      { payout: { payoutMethod: 'CASH', site: 'S-1' }, isPresent: true },
    ],
    ['with money on its way', 490, { grants: [open] }],
    ['paid, while it can be disputed', 165, { grants: [ended('paid', 105)] }],
    ['cancelled, until nothing older can come', 114, { grants: [ended('cancelled', 105)] }],
    ['given back for good', 221, { grants: [ended('expired', 221)] }],
    ['by the last of its grants', 490, { grants: [ended('paid', 105), { ...open, kind: 'rapid' }] }],
    ['withdrawn, until nothing older can come, and nothing that answers it', 118, { isWithdrawn: true }],
  ])('%s', (_name, until, change) => {
    const state = { ...newHousehold, lastDay: 100, ownDay: 100, ...change };
    expect(keptUntil(state, clocks)).toBe(until);
    expect([until, until + 1].map((day) => isHouseholdOver({ state }, clocks, day))).toEqual([false, true]);
  });
});
