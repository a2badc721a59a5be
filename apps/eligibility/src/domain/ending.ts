import { onlyWithdrawn, type CaseState, type AnnouncedGrant } from './case.js';

/** Clocks of the city's profile, in days. */
export interface Clocks {
  readonly waitDays: number;
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
  const { requests, submitted, isSeen, told, announced, highestRequest, lastDay, ownDay } = state;
  if (!requests.withdrawn || submitted === undefined || announced.status !== 'closed') return state;
  return {
    submitted: undefined,
    forgottenDay: submitted.day,
    isSeen,
    told,
    lastDay,
    ownDay,
    requests: onlyWithdrawn,
    highestRequest,
    resolved: undefined,
    announced,
  };
}

/** The last day of a case: the latest of payment, appeal and reopening. Days since 1970-01-01. */
export function keptUntil(state: CaseState, clocks: Clocks): number {
  const { submitted, isSeen, announced, lastDay } = state;
  if (!isSeen) return unseenUntil(state, clocks);
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

/**
 * The last day of a case that nobody has seen, by the household's own messages alone: somebody who asks once more must
 * not learn from the answer what was decided. Payments waits as long for the household.
 */
function unseenUntil({ submitted, requests, ownDay }: CaseState, clocks: Clocks): number {
  const isLive = submitted !== undefined && !requests.withdrawn;
  return ownDay + clocks.nothingOlderDays + (isLive ? clocks.waitDays + clocks.reopenDays : 0);
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
