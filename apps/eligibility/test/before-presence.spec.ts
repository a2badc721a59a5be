import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ordersOf } from '#libs/bus/testing';
import { enter, forget, type CaseEntry, type CaseFile } from '../src/domain/case-file.js';
import type { CaseCommand, CaseEvent } from '../src/domain/case.js';
import { keptUntil } from '../src/domain/ending.js';
import type { Facts, Policy, Surroundings } from '../src/domain/policy.js';
import { linkCase, confirm } from '../src/domain/presence.js';
import { family } from './facts.js';
import { byBill, bySize } from './policies.js';
import { clocks } from './clocks.js';

const day = 20_775;
const facts: Facts = { ...family, needs: ['HOU'], incomeAtOrBelow: true, billCents: 90_000n };
const keys = { receiptKey: 'key', paymentsHandle: 'payments', linkToken: 'link' };
/** The household is the first of its kind, or another one with the same name, home and phone has applied before. */
const alone: Surroundings = { tokensShared: 0, contactShared: 0, isSampled: false };
const known: Surroundings = { tokensShared: 3, contactShared: 4, isSampled: true };

const submit = (around: Surroundings, { isSeen = false, change = {} as Partial<Facts> } = {}): CaseEntry => ({
  command: { type: 'submit', day, facts: { ...facts, ...change }, around, isSeen },
  day,
  application: { keys, areaName: 'East', tokens: { dwelling: 1 } },
});
const presence: CaseEntry = { command: { type: 'confirm-presence' }, day: day + 3 };

/** What happens to a case, and the moment. */
interface Step {
  readonly entry: CaseEntry;
  readonly nowMs: number;
}

interface Lived {
  readonly file: CaseFile | undefined;
  /** Everything that the household, or somebody who applied in its place, can see. */
  readonly seen: readonly object[];
  readonly events: readonly CaseEvent[];
}

function live(steps: readonly Step[], policy: Policy): Lived {
  let file: CaseFile | undefined;
  const seen: object[] = [];
  const all: CaseEvent[] = [];
  for (const { entry, nowMs } of steps) {
    const entered = enter(file, entry, policy, nowMs);
    if (entered === undefined) continue;
    file = forget(entered.file)?.file ?? entered.file;
    all.push(...entered.events);
    seen.push(
      ...entered.events
        .filter(({ type }) => type === 'outcome' || type === 'notice')
        .map((event) => ({ event, at: nowMs, size: entered.events.length > 0 })),
    );
  }
  return { file, seen, events: all };
}

const requests = fc.oneof(
  fc.record({ type: fc.constant('show-evidence' as const), n: fc.nat(9), evidenceClass: fc.constantFrom('R1', 'R6') }),
  fc.record({ type: fc.constant('show-unknown-evidence' as const), n: fc.nat(9) }),
  fc.record({ type: fc.constant('appeal' as const), n: fc.nat(9) }),
  fc.record({ type: fc.constant('withdraw' as const), n: fc.nat(9) }),
);
/** What people and payments do with a case, which depends on the applications of others. */
const others = fc.oneof(
  fc.record({
    type: fc.constant('resolve' as const),
    verdict: fc.constantFrom('approve' as const, 'decline' as const),
    reviewer: fc.constantFrom('ana', 'ben'),
  }),
  fc.record({
    type: fc.constant('grant-ended' as const),
    kind: fc.constantFrom('rapid' as const, 'standard' as const),
    how: fc.constantFrom('paid' as const, 'cancelled' as const, 'expired' as const),
    day: fc.constant(day + 30),
  }),
);

describe.each([
  ['Los Angeles', bySize],
  ['Santa Ana', byBill],
] as const)('a household of %s that nobody has seen', (_city, policy) => {
  it('reads the same, as often and at the same moments, whoever applied before it', () => {
    fc.assert(
      fc.property(
        fc.array(requests, { maxLength: 5 }),
        fc.array(others, { maxLength: 5 }),
        fc.array(fc.nat(10_000), { minLength: 11, maxLength: 11 }),
        fc.boolean(),
        (own, foreign, order, isFirst) => {
          const steps = (around: Surroundings, acts: readonly CaseCommand[]): readonly Step[] => {
            const asked = own.map((command): CaseEntry => ({ command, day: day + 1 }));
            const said = isFirst ? [submit(around), ...asked] : [...asked, submit(around)];
            const timed = said.map((entry, at) => ({ entry, nowMs: day * 86_400_000 + at * 20_000 }));
            const between = acts.map((command, at) => ({
              entry: { command, day: day + 30 },
              nowMs: day * 86_400_000 + (order[at] ?? 0) * 10 + 1,
            }));
            return [...timed, ...between].sort((a, b) => a.nowMs - b.nowMs);
          };
          const [out, inside] = [live(steps(alone, []), policy), live(steps(known, foreign), policy)];
          expect(inside.seen).toEqual(out.seen);
          expect(inside.seen.some((each) => JSON.stringify(each).includes('notice'))).toBe(false);
          const kept = (lived: Lived): number => keptUntil((lived.file as CaseFile).state, clocks);
          expect(kept(inside)).toBe(kept(out));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('reads what was decided as soon as somebody has seen it, in every order', () => {
    const evidence: CaseEntry = { command: { type: 'show-evidence', n: 1, evidenceClass: 'R1' }, day: day + 1 };
    const script = (isSeen: boolean): readonly CaseEntry[] => [submit(known, { isSeen }), evidence];
    const attended = live(
      script(true).map((entry) => ({ entry, nowMs: 1_000 })),
      policy,
    );
    const wanted = boxOf(attended.events);
    expect(wanted.status).toBe('being-looked-at');
    for (const order of ordersOf([...script(false), presence])) {
      // The presence is reported about a case that exists.
      if (order[0] === presence) continue;
      const steps = order.map((entry) => ({ entry, nowMs: 1_000 }));
      expect(boxOf(live(steps, policy).events)).toEqual(wanted);
    }
  });
});

function boxOf(events: readonly CaseEvent[]): Record<string, unknown> {
  const last = events.findLast((event) => event.type === 'outcome');
  return { status: last?.status, reasons: last?.reasons, highestRequest: last?.highestRequest };
}

describe('a case from home', () => {
  const at = (entries: readonly CaseEntry[]): readonly Step[] => entries.map((entry) => ({ entry, nowMs: 5_000 }));

  it('is decided at once: payments hears of the grant, and the household that it should come', () => {
    const { events } = live(at([submit(alone)]), bySize);
    expect(events.map(({ type }) => type)).toEqual(['grant-awarded', 'outcome']);
    expect(boxOf(events)).toEqual({ status: 'come-and-confirm', reasons: [], highestRequest: 0 });
  });

  it('is decided alike: no rule and no tier reads whether somebody has seen the household', () => {
    for (const policy of [bySize, byBill]) {
      for (const around of [alone, known]) {
        const [seen, unseen] = [true, false].map((isSeen) => live(at([submit(around, { isSeen })]), policy));
        const decided = (lived?: Lived): readonly object[] => [
          ...(lived?.events ?? []).filter(({ type }) => type === 'grant-awarded'),
          lived?.file?.state.announced.status as unknown as object,
        ];
        expect(decided(unseen)).toEqual(decided(seen));
      }
    }
  });

  it('waits for a reviewer like any other', () => {
    const { file } = live(at([submit(known)]), bySize);
    expect(file?.state.announced.status).toBe('being-looked-at');
  });

  it('gets a higher version and its text when somebody has seen it', () => {
    const { events } = live(at([submit(known), presence]), bySize);
    expect(events.filter(({ type }) => type !== 'grant-awarded')).toEqual([
      expect.objectContaining({ type: 'outcome', status: 'come-and-confirm', version: 5_000 }),
      expect.objectContaining({ type: 'outcome', status: 'being-looked-at', version: 5_001 }),
      { type: 'notice', template: 'update', version: 5_001 },
    ]);
  });

  it('that somebody has seen before its facts came is told at once', () => {
    const { events } = live(at([submit(known, { isSeen: true })]), bySize);
    expect(events.map(({ type }) => type)).toEqual(['outcome', 'notice']);
  });

  it('with an unknown code is told that a person will help, and of its withdrawal', () => {
    const unknown: CaseEntry = {
      command: { type: 'submit-unknown', isSeen: false },
      day,
      application: { keys, areaName: '', tokens: {} },
    };
    expect(boxOf(live(at([unknown]), bySize).events).status).toBe('ask-a-person');
    const withdrawn: CaseEntry = { command: { type: 'withdraw', n: 1 }, day };
    expect(boxOf(live(at([unknown, withdrawn]), bySize).events).status).toBe('closed');
  });
});

describe('a presence', () => {
  const until = { nothingOlder: 118, presence: 238 };

  it('shows one case: the first one from home that names the household', () => {
    const first = linkCase(undefined, 'A', until);
    const second = linkCase(first.link, 'B', until);
    expect([first.isSeen, second.isSeen]).toEqual([false, false]);
    expect(confirm(second.link, until)).toEqual({ householdRef: 'A', isSeen: true, until: 238 });
    expect(linkCase(confirm(first.link, until), 'B', until).isSeen).toBe(false);
    expect(linkCase(confirm(first.link, until), 'A', until).isSeen).toBe(true);
  });

  it('that is reported before the facts came counts for them', () => {
    const early = confirm(undefined, until);
    expect(early).toEqual({ isSeen: true, until: 118 });
    expect(linkCase(early, 'A', until)).toEqual({
      link: { householdRef: 'A', isSeen: true, until: 238 },
      isSeen: true,
    });
  });
});
