import type { CaseState, SaidGrant } from './case.js';

/** In days, from the city's profile. */
export interface Clocks {
  readonly appealDays: number;
  readonly reopenDays: number;
  readonly unclaimedDays: number;
  readonly disputeDays: number;
  readonly longestDays: number;
  readonly nothingOlderDays: number;
}

/**
 * A case that was withdrawn, once others know: its facts are gone at once. What stays is that it was withdrawn, so that
 * what is still on its way is not taken for new, and what its grants were, so that their end is understood.
 */
export function forgotten(state: CaseState): CaseState {
  const { requests, submitted, said, highestRequest, lastDay } = state;
  if (!requests.withdrawn || submitted === undefined || said.status !== 'closed') return state;
  return {
    submitted: undefined,
    forgottenDay: submitted.day,
    lastDay,
    requests: { withdrawn: true, evidence: undefined, appeal: 0 },
    highestRequest,
    settled: undefined,
    said,
  };
}

/** The last day on which a case is kept: the last of payment, appeal and reopening. Days since 1970-01-01. */
export function keptUntil({ submitted, said, lastDay }: CaseState, clocks: Clocks): number {
  // A request whose application never came, or what is left of one that was withdrawn.
  if (submitted === undefined) return lastDay + clocks.nothingOlderDays;
  switch (said.status) {
    case undefined:
    case 'closed':
      return lastDay + clocks.nothingOlderDays;
    case 'being-looked-at':
      return lastDay + clocks.longestDays;
    case 'show-something':
      return lastDay + clocks.appealDays + clocks.reopenDays;
    case 'not-approved':
      return lastDay + clocks.appealDays;
    case 'approved':
      return Math.max(...said.grants.map((grant) => grantKeptUntil(grant, clocks)));
  }
}

/** Whether nothing of a case is wanted any more. `day`: days since 1970-01-01. */
export function isCaseOver({ state }: { readonly state: CaseState }, clocks: Clocks, day: number): boolean {
  return keptUntil(state, clocks) < day;
}

function grantKeptUntil({ state, day, endedDay = day }: SaidGrant, clocks: Clocks): number {
  switch (state) {
    case 'awarded':
      // Payments lets it lapse when the longest clock ends, and says so.
      return day + clocks.longestDays + clocks.reopenDays + clocks.disputeDays;
    case 'lapsed':
      return Math.max(endedDay + clocks.reopenDays + clocks.unclaimedDays, day + clocks.appealDays);
    case 'ended':
    case 'cancelled':
      return Math.max(endedDay, day + clocks.appealDays);
  }
}
