import 'reflect-metadata';
import { day, everyRecordEnds } from '../../../test/support/endings.js';
import { caseBody } from '../src/case.repository.js';
import { newCase, type CaseState } from '../src/domain/case.js';
import { eligibility } from '../src/eligibility.module.js';

const submitted = { day, facts: {}, around: {} } as unknown as CaseState['submitted'];
const { announced } = newCase;

function caseOf(change: Partial<CaseState>): object {
  return caseBody({
    state: { ...newCase, isSeen: true, lastDay: day, ownDay: day, ...change },
    keys: undefined,
    areaName: '',
  });
}

everyRecordEnds(eligibility, [
  { kind: 'case', what: 'a request alone', body: caseOf({}), keptDays: 9 },
  {
    kind: 'case',
    what: 'withdrawn',
    body: caseOf({ forgottenDay: day - 5, announced: { ...announced, status: 'closed' } }),
    keptDays: 9,
  },
  {
    kind: 'case',
    what: 'not approved',
    body: caseOf({ submitted, announced: { ...announced, status: 'not-approved' } }),
    keptDays: [30, 21],
  },
  {
    kind: 'case',
    what: 'waiting for a person',
    body: caseOf({ submitted, announced: { ...announced, status: 'being-looked-at' } }),
    keptDays: [240, 545],
  },
  {
    kind: 'case',
    what: 'paid',
    body: caseOf({
      submitted,
      announced: {
        ...announced,
        status: 'approved',
        grants: [{ kind: 'rapid', amountCents: 1n, state: 'ended', day, endedDay: day + 1 }],
      },
    }),
    keptDays: [30, 21],
  },
  {
    kind: 'case',
    what: 'from home, waiting for a person, and told nothing of it',
    body: caseOf({ submitted, isSeen: false, announced: { ...announced, status: 'being-looked-at' } }),
    keptDays: 30 + 90 + 9,
  },
  {
    kind: 'case',
    what: 'from home, approved, with a later report of payments',
    body: caseOf({
      submitted,
      isSeen: false,
      lastDay: day + 31,
      announced: {
        ...announced,
        status: 'approved',
        grants: [{ kind: 'rapid', amountCents: 1n, state: 'lapsed', day, endedDay: day + 30 }],
      },
    }),
    keptDays: 30 + 90 + 9,
  },
  {
    kind: 'presence',
    what: 'of a case from home',
    body: { handle: 'h', isSeen: false, until: day + 138 },
    keptDays: 138,
  },
  { kind: 'grant', what: 'awarded', body: { handle: 'h', kind: 'rapid', until: day + 390 }, keptDays: 390 },
  { kind: 'review', what: 'waiting', body: { handle: 'h', until: day + 240 }, keptDays: 240 },
  { kind: 'open-review', what: 'opened today', body: { review: 'r', until: day + 1 }, keptDays: 1 },
  {
    kind: 'token',
    what: 'of the cycle that ends last before the day',
    body: { households: ['x'], cycle: 100 },
    // Every device counts cycles from 1970-01-01.
    keptDays: [100 * 120 + 240 - 1 - day, 100 * 180 + 545 - 1 - day],
  },
]);
