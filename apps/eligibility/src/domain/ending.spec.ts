import { describe, expect, it } from '@jest/globals';
import { newCase, type CaseState, type AnnouncedGrant } from './case.js';
import { forgotten, isCaseOver, keptUntil } from './ending.js';
import type { Facts } from './policy.js';
import { clocks } from '../../test/clocks.js';

const facts = { event: 'EVT-A', needs: ['FOD'] } as unknown as Facts;
const submitted = { day: 100, facts, around: { tokensShared: 0, contactShared: 0, isSampled: false } };
const grant: AnnouncedGrant = { kind: 'rapid', amountCents: 25_000n, state: 'awarded', day: 100 };

function given(
  change: Partial<CaseState>,
  status?: CaseState['announced']['status'],
  grants: readonly AnnouncedGrant[] = [],
) {
  const state: CaseState = {
    ...newCase,
    isSeen: true,
    lastDay: 100,
    ownDay: 100,
    ...change,
    announced: { ...newCase.announced, status, grants },
  };
  return { isKeptUntil: (): number => keptUntil(state, clocks), state };
}

describe('a case is kept', () => {
  it.each<[string, number, ReturnType<typeof given>]>([
    ['with a request alone, until no application can arrive any more', 109, given({})],
    ['withdrawn, until no older message can arrive', 109, given({ forgottenDay: 99 }, 'closed')],
    ['while a person looks at it, until the longest clock ends', 340, given({ submitted }, 'being-looked-at')],
    ['while the household has to show something', 220, given({ submitted }, 'show-something')],
    ['not approved, until the appeal window ends', 130, given({ submitted }, 'not-approved')],
    ['with money on its way', 490, given({ submitted }, 'approved', [grant])],
    [
      'paid early, until the appeal window ends',
      130,
      given({ submitted }, 'approved', [{ ...grant, state: 'ended', endedDay: 103 }]),
    ],
    [
      'paid late, until it was paid',
      170,
      given({ submitted }, 'approved', [{ ...grant, state: 'ended', endedDay: 170 }]),
    ],
    [
      'lapsed, until it can no longer be reopened and collected',
      280,
      given({ submitted }, 'approved', [{ ...grant, state: 'lapsed', endedDay: 130 }]),
    ],
    [
      'by the last of its grants',
      490,
      given({ submitted }, 'approved', [
        { ...grant, state: 'ended', endedDay: 101 },
        { ...grant, kind: 'standard' },
      ]),
    ],
  ])('%s', (_name, until, when) => {
    expect(when.isKeptUntil()).toBe(until);
  });
});

describe('a case is over', () => {
  it('on the day after the last on which it is kept, and not on that one', () => {
    const { state } = given({ submitted }, 'not-approved');
    expect([129, 130, 131].map((day) => isCaseOver({ state }, clocks, day))).toEqual([false, false, true]);
  });
});

describe('a case that was withdrawn', () => {
  const requests = { withdrawn: true, evidence: { n: 1, evidenceClass: 'R1' }, unknownEvidence: 0, appeal: 2 };
  const resolved = { verdict: 'decline', reviewers: ['ana'], afterAppeal: 0 } as const;

  it('keeps no facts, no evidence and no reviewers, once the withdrawal is published', () => {
    const { state } = given({ submitted, requests, resolved, highestRequest: 3 }, 'closed', [
      { ...grant, state: 'cancelled' },
    ]);
    expect(forgotten(state)).toEqual({
      submitted: undefined,
      forgottenDay: 100,
      isSeen: true,
      told: undefined,
      lastDay: 100,
      ownDay: 100,
      requests: { withdrawn: true, evidence: undefined, unknownEvidence: 0, appeal: 0 },
      highestRequest: 3,
      resolved: undefined,
      announced: state.announced,
    });
  });

  it('is forgotten neither before that nor without a withdrawal', () => {
    for (const { state } of [given({ submitted, requests }, 'approved'), given({ submitted }, 'closed')]) {
      expect(forgotten(state)).toBe(state);
    }
  });
});
