import 'reflect-metadata';
import { day, everyRecordEnds } from '../../../test/support/endings.js';
import { caseBody } from '../src/case.repository.js';
import { newCase, type CaseState } from '../src/domain/case.js';
import { eligibility } from '../src/eligibility.module.js';

const submitted = { day, facts: {}, around: {} } as unknown as CaseState['submitted'];
const { announced } = newCase;

function caseOf(change: Partial<CaseState>): object {
  return caseBody({ state: { ...newCase, lastDay: day, ...change }, keys: undefined, areaName: '' });
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
