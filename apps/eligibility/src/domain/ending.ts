import { onlyWithdrawn, type CaseState, type AnnouncedGrant } from './case.js';

/** Clocks of the city's profile, in days. */
export interface Clocks {
  readonly appealDays: number;
  readonly reopenDays: number;
  readonly unclaimedDays: number;
  readonly disputeDays: number;
  readonly longestDays: number;
  readonly nothingOlderDays: number;
}

/**
 * The tombstone of a withdrawn case. Its facts are removed once the withdrawal is published. The withdrawal stays,
 * so that a late message starts no new case. The grants stay, so that their end can be matched.
 */
export function forgotten(state: CaseState): CaseState {
  const { requests, submitted, announced, highestRequest, lastDay } = state;
  if (!requests.withdrawn || submitted === undefined || announced.status !== 'closed') return state;
  return {
    submitted: undefined,
    forgottenDay: submitted.day,
    lastDay,
    requests: onlyWithdrawn,
    highestRequest,
    resolved: undefined,
    announced,
  };
}

/** The last day of a case: the latest of payment, appeal and reopening. Days since 1970-01-01. */
export function keptUntil({ submitted, announced, lastDay }: CaseState, clocks: Clocks): number {
  // A request without its application, or a tombstone.
  if (submitted === undefined) return lastDay + clocks.nothingOlderDays;
  switch (announced.status) {
    case undefined:
    case 'closed':
      return lastDay + clocks.nothingOlderDays;
    case 'being-looked-at':
      return lastDay + clocks.longestDays;
    case 'show-something':
    case 'ask-a-person':
      return lastDay + clocks.appealDays + clocks.reopenDays;
    case 'not-approved':
      return lastDay + clocks.appealDays;
    case 'approved':
      return Math.max(...announced.grants.map((grant) => grantKeptUntil(grant, clocks)));
  }
}

/** Whether all clocks of a case have ended. `day`: days since 1970-01-01. */
export function isCaseOver({ state }: { readonly state: CaseState }, clocks: Clocks, day: number): boolean {
  return keptUntil(state, clocks) < day;
}

function grantKeptUntil({ state, day, endedDay = day }: AnnouncedGrant, clocks: Clocks): number {
  switch (state) {
    case 'awarded':
      // Payments lets the grant lapse when the longest clock ends, and reports it.
      return day + clocks.longestDays + clocks.reopenDays + clocks.disputeDays;
    case 'lapsed':
      return Math.max(endedDay + clocks.reopenDays + clocks.unclaimedDays, day + clocks.appealDays);
    case 'ended':
    case 'cancelled':
      return Math.max(endedDay, day + clocks.appealDays);
  }
}
