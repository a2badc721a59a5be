import 'reflect-metadata';
import { day, everyRecordEnds } from '../../../test/support/endings.js';
import { bodyOfHousehold } from '../src/disbursement/index.js';
import { newHousehold, type HouseholdState } from '../src/domain/household.js';
import { payments } from '../src/payments.module.js';

const grant = {
  grant: 'g',
  obligation: 'o',
  kind: 'rapid',
  amountCents: 25_000n,
  needs: ['FOD'],
  tier: 1,
  serviceArea: 'East',
  day,
  isCancelled: false,
  isClosedTold: false,
} as const;

const household = (change: Partial<HouseholdState>): object =>
  bodyOfHousehold({ state: { ...newHousehold, lastDay: day, ownDay: day, ...change }, keys: undefined });

everyRecordEnds(payments, [
  {
    kind: 'household',
    what: 'a request alone',
    body: household({}),
    keptDays: 9,
  },
  {
    kind: 'household',
    what: 'a choice without a grant',
    body: household({ payout: { payoutMethod: 'CASH', site: 'S' }, isPresent: true }),
    keptDays: [60, 51],
  },
  {
    kind: 'household',
    what: 'a choice from home without a grant',
    body: household({ payout: { payoutMethod: 'CASH', site: undefined }, unseenSince: day }),
    keptDays: 30 + 90 + 9,
  },
  {
    kind: 'household',
    what: 'a choice from home with a grant that came later',
    body: household({
      payout: { payoutMethod: 'CASH', site: undefined },
      unseenSince: day,
      lastDay: day + 8,
      grants: [{ ...grant, day: day + 8 }],
    }),
    keptDays: 30 + 90 + 9,
  },
  {
    kind: 'household',
    what: 'withdrawn',
    body: household({ isWithdrawn: true }),
    keptDays: 18,
  },
  {
    kind: 'household',
    what: 'paid',
    body: household({ grants: [{ ...grant, ended: { day: day + 2, how: 'paid' } }] }),
    keptDays: [62, 122],
  },
  {
    kind: 'household',
    what: 'with money on its way',
    body: household({ grants: [grant] }),
    keptDays: [240 + 90 + 60, 545 + 90 + 120],
  },
  { kind: 'grant', what: 'cancelled first', body: { isCancelled: true, until: day + 9 }, keptDays: 9 },
  { kind: 'obligation', what: 'paid', body: { handle: 'h', until: day + 60 }, keptDays: 60 },
  { kind: 'unseen', what: 'waiting', body: { handle: 'h', until: day + 390 }, keptDays: 390 },
  { kind: 'wake', what: 'waiting', body: { handle: 'h', until: day + 390 }, keptDays: 390 },
]);
