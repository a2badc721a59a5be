import { describe, expect, it } from '@jest/globals';
import { ordersOf } from '#libs/bus/testing';
import { apply, newHousehold, type HouseholdCommand, type HouseholdState } from '../src/domain/household.js';
import { report } from '../src/domain/message.js';
import type { Obligation } from '../src/domain/obligation.js';
import { forgotten } from '../src/domain/clocks.js';

const grant = {
  grant: 'g',
  obligation: 'o',
  kind: 'rapid',
  amountCents: 25_000n,
  needs: ['FOD'],
  tier: 1,
  serviceArea: 'East',
  day: 20_775,
} as const;
const owed: Obligation = { ...grant, id: 'o', status: 'waiting-list', fund: undefined, instruments: [] };
const obligations = new Map([['o', owed]]);

const unknown = (n: number): HouseholdCommand => ({ type: 'choose-unknown', n, isPresent: true, site: 'S-1' });
const choose: HouseholdCommand = {
  type: 'choose-payout',
  payout: { payoutMethod: 'CASH', site: 'S-1' },
  isPresent: true,
};
const change = (n: number): HouseholdCommand => ({
  type: 'change-payout',
  n,
  payoutMethod: 'CASH',
  isWhole: true,
  isPresent: true,
  site: 'S-1',
});
const award: HouseholdCommand = { type: 'award', caseRef: 'case', grant, isCancelled: false };
const withdraw: HouseholdCommand = { type: 'withdraw', n: 1 };

function given(...commands: readonly HouseholdCommand[]): HouseholdState {
  return commands.reduce(apply, newHousehold);
}

function boxOf(state: HouseholdState): object {
  const outcome = report(state, obligations, 1_000).events.find((event) => event.type === 'outcome');
  return { status: outcome?.status, reasons: outcome?.reasons };
}

describe('a choice of a payout method that the city does not know', () => {
  it('is answered with a person who will help, before and after the award, and is no choice', () => {
    expect(boxOf(given(unknown(0)))).toEqual({ status: 'ask-a-person', reasons: [] });
    for (const order of ordersOf([unknown(0), award])) {
      expect(boxOf(given(...order))).toEqual({ status: 'ask-a-person', reasons: [] });
      expect(given(...order)).toMatchObject({ payout: undefined, isToldAgain: false });
    }
  });

  it('gives way to a good one, in every order', () => {
    for (const order of ordersOf([unknown(0), award, change(1)])) {
      expect(boxOf(given(...order))).toEqual({ status: 'waiting-list', reasons: [] });
    }
  });

  it('in a later change leaves the first choice, and says that a person will help', () => {
    for (const order of ordersOf([choose, award, unknown(2), change(1)])) {
      expect(boxOf(given(...order))).toEqual({ status: 'waiting-list', reasons: ['ask-a-person'] });
    }
    for (const order of ordersOf([choose, award, unknown(1), change(2)])) {
      expect(boxOf(given(...order))).toEqual({ status: 'waiting-list', reasons: [] });
    }
  });

  it('tells it once by text', () => {
    const { state, events } = report(given(unknown(0)), obligations, 1_000);
    expect(events.filter(({ type }) => type === 'notice')).toEqual([
      { type: 'notice', template: 'update', version: 1_000 },
    ]);
    const again = report(apply(state, { type: 'note-request', n: 1 }), obligations, 2_000);
    expect(again.events.map(({ type }) => type)).toEqual(['outcome']);
  });

  it('is closed by a withdrawal, also when only the tombstone is left', () => {
    for (const order of ordersOf([unknown(0), withdraw])) {
      expect(boxOf(given(...order))).toEqual({ status: 'closed', reasons: ['withdrawn'] });
      expect(boxOf(apply(forgotten(given(...order)), { type: 'withdraw', n: 2 }))).toEqual({
        status: 'closed',
        reasons: ['withdrawn'],
      });
    }
  });
});
