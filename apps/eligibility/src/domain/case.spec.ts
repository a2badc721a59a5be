import { describe, expect, it } from '@jest/globals';
import { ordersOf } from '#libs/bus/testing';
import { dayNumber } from '#libs/contracts';
import { family as facts } from '../../test/facts.js';
import { bySize as policy } from '../../test/policies.js';
import { react } from './announce.js';
import { apply, mayResolve, newCase, viewOf, type CaseCommand, type CaseEvent, type CaseState } from './case.js';
import { forgotten } from './ending.js';
import type { Facts, Surroundings } from './policy.js';

const submit = (change: Partial<Facts> = {}, around: Partial<Surroundings> = {}): CaseCommand => ({
  type: 'submit',
  isSeen: true,
  day: dayNumber('2026-11-18'),
  facts: { ...facts, ...change },
  around: { tokensShared: 0, contactShared: 0, isSampled: false, ...around },
});
const evidence = (n: number, evidenceClass = 'R1'): CaseCommand => ({ type: 'show-evidence', n, evidenceClass });
const appeal = (n: number): CaseCommand => ({ type: 'appeal', n });
const withdraw = (n: number): CaseCommand => ({ type: 'withdraw', n });
const resolve = (verdict: 'approve' | 'decline', reviewer: string): CaseCommand => ({
  type: 'resolve',
  verdict,
  reviewer,
});

/** Applies commands while the clock stands still, as within one batch. */
function given(...commands: readonly CaseCommand[]) {
  let state: CaseState = newCase;
  const events: CaseEvent[] = [];
  for (const command of commands) {
    const reacted = react(apply(state, command, policy), policy, 1_000);
    state = forgotten(reacted.state);
    events.push(...reacted.events);
  }
  return { state, events };
}

const outcomes = (events: readonly CaseEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'outcome' ? [event.status] : []));
const living = ({ announced }: CaseState): string[] =>
  announced.grants.flatMap(({ kind, amountCents, state }) => (state === 'awarded' ? [`${kind} ${amountCents}`] : []));

describe('the messages to a household', () => {
  it('approve a rapid grant at once, and the standard grant after evidence', () => {
    const { events } = given(submit(), evidence(1));
    expect(events).toEqual([
      {
        type: 'grant-awarded',
        kind: 'rapid',
        amountCents: 25_000n,
        tier: 2,
        rules: ['attested', 'period-fits', 'income-down', 'rapid-on-attestation'],
        version: 1_000,
        reviewer: undefined,
      },
      {
        type: 'outcome',
        status: 'approved',
        reasons: ['show-where-you-live-for-more'],
        version: 1_000,
        highestRequest: 0,
        amountCents: 25_000n,
        awardedDay: 0,
      },
      {
        type: 'grant-awarded',
        kind: 'standard',
        amountCents: 85_000n,
        tier: 2,
        rules: ['attested', 'period-fits', 'income-down', 'rapid-on-attestation', 'standard-on-evidence'],
        version: 1_001,
        reviewer: undefined,
      },
      {
        type: 'outcome',
        status: 'approved',
        reasons: [],
        version: 1_001,
        highestRequest: 1,
        amountCents: 110_000n,
        awardedDay: 0,
      },
    ]);
  });

  it('are not repeated: a repeated command or a request below the highest changes nothing', () => {
    const { state } = given(submit(), evidence(2));
    for (const command of [submit(), submit({ householdSize: 8 }), evidence(2), evidence(1, 'R2')]) {
      expect(react(apply(state, command, policy), policy, 2_000).events).toEqual([]);
    }
  });

  it('confirm a request that changes nothing else', () => {
    const { events } = given(submit(), evidence(3, 'XX'));
    expect(events.at(-1)).toMatchObject({ type: 'outcome', status: 'approved', highestRequest: 3 });
  });

  it('keep the evidence when a later class is no evidence', () => {
    for (const order of ordersOf([submit(), evidence(1), evidence(2, 'R6'), evidence(3, 'XX')])) {
      const { state, events } = given(...order);
      expect(living(state)).toEqual(['rapid 25000', 'standard 85000']);
      expect(events.filter(({ type }) => type === 'grant-cancelled')).toEqual([]);
    }
  });

  it('come with a text, except when payments will send one and after a withdrawal', () => {
    const templates = (...commands: readonly CaseCommand[]): string[] =>
      given(...commands).events.flatMap((event) => (event.type === 'notice' ? [event.template] : []));
    expect(templates(submit())).toEqual([]);
    expect(templates(submit({ inCity: false }))).toEqual(['update']);
    expect(templates(submit({ inCity: false }), resolve('decline', 'a'))).toEqual(['update', 'update']);
    expect(templates(submit(), withdraw(1))).toEqual([]);
  });
});

describe('a verdict of a reviewer', () => {
  const sent = submit({ inCity: false });

  it('to approve is named in the grant', () => {
    const { events } = given(sent, resolve('approve', 'ana'));
    expect(events.filter(({ type }) => type === 'grant-awarded')).toEqual([
      {
        type: 'grant-awarded',
        kind: 'rapid',
        amountCents: 25_000n,
        tier: 2,
        rules: ['a-person-decided', 'rapid-on-attestation'],
        version: 1_001,
        reviewer: 'ana',
      },
    ]);
  });

  it('to decline can be appealed, and another reviewer decides the appeal', () => {
    const declined = given(sent, resolve('decline', 'ana'));
    expect(outcomes(declined.events)).toEqual(['being-looked-at', 'not-approved']);
    expect(mayResolve(declined.state, 'ben')).toBe('not-waiting');
    const appealed = given(sent, resolve('decline', 'ana'), appeal(1));
    expect(appealed.state.announced.status).toBe('being-looked-at');
    expect(mayResolve(appealed.state, 'ana')).toBe('same-person');
    expect(mayResolve(appealed.state, 'ben')).toBe('yes');
    const again = given(sent, resolve('decline', 'ana'), appeal(1), resolve('decline', 'ben'));
    expect(again.state.announced.status).toBe('not-approved');
    const third = given(sent, resolve('decline', 'ana'), appeal(1), resolve('decline', 'ben'), appeal(2));
    expect(['ana', 'ben', 'cem'].map((person) => mayResolve(third.state, person))).toEqual([
      'same-person',
      'same-person',
      'yes',
    ]);
  });

  it('is not appealed by an appeal that was filed before it', () => {
    expect(given(sent, appeal(1), resolve('decline', 'ana')).state.announced.status).toBe('not-approved');
  });

  it('is refused for a case that does not wait', () => {
    expect(mayResolve(newCase, 'ana')).toBe('not-waiting');
    expect(mayResolve(given(submit()).state, 'ana')).toBe('not-waiting');
    expect(mayResolve(given(sent, withdraw(1)).state, 'ana')).toBe('not-waiting');
  });

  it('is based on the facts, the newest evidence and the reasons for the review', () => {
    expect(viewOf(newCase, policy)).toBeUndefined();
    expect(viewOf(given(sent, evidence(1)).state, policy)).toEqual({
      facts: { ...facts, inCity: false, evidenceClass: 'R1' },
      around: { tokensShared: 0, contactShared: 0 },
      isAppeal: false,
      why: ['outside-city'],
    });
  });
});

describe('in every order', () => {
  const endOf = (commands: readonly CaseCommand[]): string => {
    const { state } = given(...commands);
    const { status, reasons } = state.announced;
    return JSON.stringify([status, reasons, state.highestRequest, living(state)]);
  };

  it.each<[string, readonly CaseCommand[], unknown]>([
    [
      'evidence, appeal and a decision to approve',
      [
        submit({ inCity: false }),
        evidence(1),
        evidence(3, 'R2'),
        appeal(2),
        resolve('approve', 'ana'),
        evidence(4, 'R6'),
      ],
      ['approved', [], 4, ['rapid 25000', 'standard 85000']],
    ],
    [
      'a withdrawal wins for good',
      [submit(), evidence(1), withdraw(2), appeal(3), evidence(4, 'R3'), resolve('approve', 'ana')],
      ['closed', ['withdrawn'], 4, []],
    ],
    [
      'a withdrawal wins over a decision against',
      [submit({ inCity: false }), resolve('decline', 'ana'), withdraw(1), evidence(2), appeal(3)],
      ['closed', ['withdrawn'], 3, []],
    ],
    [
      'a decision against stays, without an appeal',
      [submit({ inCity: false }), resolve('decline', 'ana'), evidence(1), evidence(2, 'R2')],
      ['not-approved', ['a-person-decided'], 2, []],
    ],
    [
      'the border of the city, until something is shown',
      [submit({ areaFit: 'edge' }), evidence(1), evidence(2, 'R6'), appeal(3)],
      ['approved', [], 3, ['rapid 25000', 'standard 85000']],
    ],
  ])('%s', (_name, commands, expected) => {
    const ends = new Set(ordersOf(commands).map(endOf));
    expect([...ends]).toEqual([JSON.stringify(expected)]);
  });

  it('a cancelled grant is never awarded again, also not after its end was reported', () => {
    const { state, events } = given(
      submit(),
      withdraw(1),
      { type: 'grant-ended', kind: 'rapid', how: 'cancelled', day: dayNumber('2026-11-19') },
      evidence(2),
      appeal(3),
    );
    expect(events.filter(({ type }) => type === 'grant-awarded')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: 'outcome', status: 'closed', amountCents: undefined });
    expect(state.announced.grants.map(({ state: end }) => end)).toEqual(['cancelled']);
  });

  it('a cancelled grant is not awarded again after another verdict, because payments has closed its id', () => {
    const { state, events } = given(submit(), resolve('decline', 'ana'), appeal(1), resolve('approve', 'ben'));
    expect(events.flatMap(({ type }) => (type.startsWith('grant') ? [type] : []))).toEqual([
      'grant-awarded',
      'grant-cancelled',
    ]);
    expect(living(state)).toEqual([]);
  });

  it('versions grow, also within the same millisecond', () => {
    const versions = given(submit(), evidence(1), withdraw(2)).events.map(({ version }) => version);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
  });
});
