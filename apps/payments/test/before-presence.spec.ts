import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keptUntil } from '../src/domain/clocks.js';
import { disburse, type DisburseRules } from '../src/domain/disburse.js';
import type { HouseholdCommand } from '../src/domain/household.js';
import type { HouseholdEvent } from '../src/domain/message.js';
import type { Obligation } from '../src/domain/obligation.js';
import { withCommands, type HouseholdKeys, type HouseholdRecord } from '../src/domain/work.js';
import { clocks } from './clocks.js';

const FIRST = 20_775;
const keys: HouseholdKeys = { receiptKey: 'key', linkToken: 'token', pickup: 'pickup' };
const fund = {
  code: 'GIFT',
  payoutMethods: ['CASH'],
  mayPayGrants: true,
  availableCents: 500_000n,
  rapidLeftCents: 100_000n,
};

/** One thing that happens, days after the first one. */
interface Step {
  readonly after: number;
  readonly command?: HouseholdCommand;
  readonly isFrozen?: boolean;
}

interface Lived {
  readonly record: HouseholdRecord;
  readonly events: readonly HouseholdEvent[];
  /** Everything that somebody who applied in the household's place can see, with the day. */
  readonly seen: readonly object[];
}

/** Lives through the steps, with a round of the clocks on each day up to the last one. */
function live(steps: readonly Step[], lastDay: number): Lived {
  let households: ReadonlyMap<string, HouseholdRecord> = new Map();
  const obligations = new Map<string, Obligation>();
  const events: HouseholdEvent[] = [];
  const seen: object[] = [];
  for (let after = 0; after <= lastDay; after += 1) {
    const today = FIRST + after;
    for (const { command, isFrozen = false } of [...steps.filter((step) => step.after === after), {} as Step]) {
      const works = [{ householdRef: 'h', commands: command === undefined ? [] : [command], day: today, keys }];
      const done = disburse(
        {
          works,
          households: withCommands(households, works),
          books: { obligations, view: { funds: [fund], waitingTier: undefined }, siteLeft: new Map() },
          isFrozen,
          inquireFirst: false,
        },
        rulesOn(today),
      );
      households = done.households;
      for (const { obligation } of done.change.obligations) obligations.set(obligation.id, obligation);
      const said = done.reports.flatMap((report) => report.events);
      events.push(...said);
      seen.push(...said.filter(({ type }) => type !== 'grant-closed').map((event) => ({ event, today })));
    }
  }
  return { record: households.get('h') as HouseholdRecord, events, seen };
}

function rulesOn(today: number): DisburseRules {
  return {
    today,
    agingDay: today,
    nowMs: today * 86_400_000,
    clocks,
    policy: { perInstrumentCents: 100_000n, isRapidAutomatic: true, railPayoutMethods: ['CASH'] },
    sealCode: ({ receiptKey }, { code }) => `${code} for ${receiptKey}`,
  };
}

const fromHome: HouseholdCommand = {
  type: 'choose-payout',
  payout: { payoutMethod: 'CASH', site: undefined },
  isPresent: false,
};
const unknownFromHome: HouseholdCommand = { type: 'choose-unknown', n: 0, isPresent: false, site: undefined };
const award = (kind: 'rapid' | 'standard', day: number): HouseholdCommand => ({
  type: 'award',
  caseRef: 'case',
  isCancelled: false,
  grant: {
    grant: kind,
    obligation: `o-${kind}`,
    kind,
    amountCents: 25_000n,
    needs: ['FOD'],
    tier: 1,
    serviceArea: 'East',
    day,
  },
});
const presence: HouseholdCommand = { type: 'confirm-presence', n: 9, site: 'S-1' };

const afterDays = fc.nat(45);
const own = fc.oneof(
  fc.record({ type: fc.constant('note-request' as const), n: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ type: fc.constant('withdraw' as const), n: fc.integer({ min: 1, max: 8 }) }),
  fc.record({
    type: fc.constant('change-payout' as const),
    n: fc.integer({ min: 1, max: 8 }),
    payoutMethod: fc.constantFrom('CASH', 'CARD'),
    isWhole: fc.boolean(),
    isPresent: fc.constant(false),
    site: fc.constant(undefined),
  }),
  fc.record({
    type: fc.constant('choose-unknown' as const),
    n: fc.integer({ min: 1, max: 8 }),
    isPresent: fc.constant(false),
    site: fc.constant(undefined),
  }),
);

describe('a household that nobody has seen', () => {
  it('reads the same, as often and on the same days, with grants or without, whatever becomes of them', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.constantFrom(fromHome, unknownFromHome), afterDays),
        fc.array(fc.tuple(afterDays, own), { maxLength: 4 }),
        fc.tuple(afterDays, afterDays, afterDays, fc.boolean(), fc.boolean()),
        fc.array(afterDays, { maxLength: 2 }),
        ([choice, chosenAfter], asked, [rapidAfter, standardAfter, cancelAfter, isCancelled, isLate], frozen) => {
          const said: readonly Step[] = [
            { after: chosenAfter, command: choice },
            ...asked.map(([after, command]) => ({ after, command })),
          ].map((step) => ({ ...step, isFrozen: frozen.includes(step.after) }));
          const granted: readonly Step[] = [
            { after: rapidAfter, command: award('rapid', FIRST + rapidAfter) },
            { after: standardAfter, command: award('standard', FIRST + standardAfter) },
            ...(isCancelled ? [{ after: cancelAfter, command: { type: 'cancel', grant: 'rapid' } as const }] : []),
          ];
          const [without, within] = [live(said, 80), live(isLate ? [...said, ...granted] : [...granted, ...said], 80)];
          expect(within.seen).toEqual(without.seen);
          expect(keptUntil(within.record.state, clocks)).toBe(keptUntil(without.record.state, clocks));
        },
      ),
      { numRuns: 250 },
    );
  });

  it('is asked to come as soon as its choice arrives, without an amount, and once', () => {
    const { seen, record } = live([{ after: 0, command: fromHome }], 29);
    expect(seen).toEqual([
      {
        today: FIRST,
        event: {
          type: 'outcome',
          status: 'come-and-confirm',
          reasons: [],
          version: FIRST * 86_400_000,
          highestRequest: 0,
          amountCents: undefined,
          items: [],
        },
      },
    ]);
    expect(record.state.unseenSince).toBe(FIRST);
  });

  it('is told after thirty days that nobody came, with a grant of any day', () => {
    for (const grantAfter of [0, 12, 29, 30, 37]) {
      const { seen } = live([{ after: 0, command: fromHome }, ...grantOn(grantAfter)], 60);
      expect(seen.map((each) => wordOf(each))).toEqual([
        '0 come-and-confirm',
        '30 closed nobody-came-in-time can-be-reopened',
      ]);
    }
  });

  it.each([
    ['in time', 5, 20],
    ['late, and before its grant', 50, 40],
    ['late, and after its grant', 40, 60],
  ])('is paid when it comes %s, and eligibility hears of it once', (_when, grantAfter, comesAfter) => {
    const steps = [{ after: 0, command: fromHome }, ...grantOn(grantAfter), { after: comesAfter, command: presence }];
    const { events, record } = live([...steps, { after: comesAfter + 1, command: { ...presence, n: 10 } }], 70);
    expect(events.filter(({ type }) => type === 'presence-confirmed')).toHaveLength(1);
    expect(events.findLast((event) => event.type === 'outcome')).toMatchObject({
      status: 'approved',
      amountCents: 25_000n,
    });
    expect(record.state.grants[0]).not.toHaveProperty('lapsed');
  });

  it('and has no grant reads at the kiosk that its application arrived, also while the ledger is frozen', () => {
    for (const isFrozen of [false, true]) {
      const { events } = live(
        [
          { after: 0, command: fromHome },
          { after: 3, command: presence, isFrozen },
        ],
        4,
      );
      expect(events.map((event) => (event.type === 'outcome' ? event.status : event.type))).toEqual([
        'come-and-confirm',
        'presence-confirmed',
        'received',
      ]);
    }
  });

  it('leaves no such record when it applied at a kiosk: eligibility knows already', () => {
    const atKiosk: HouseholdCommand = { ...fromHome, isPresent: true };
    const { events, record } = live([{ after: 0, command: atKiosk }, ...grantOn(1)], 3);
    expect(events.map(({ type }) => type)).toEqual(['outcome']);
    expect(record.state.unseenSince).toBeUndefined();
  });
});

function grantOn(after: number): readonly Step[] {
  return [{ after, command: award('rapid', FIRST + after) }];
}

function wordOf(seen: object): string {
  const { event, today } = seen as { event: HouseholdEvent; today: number };
  return `${today - FIRST} ${event.type === 'outcome' ? [event.status, ...event.reasons].join(' ') : event.type}`;
}
