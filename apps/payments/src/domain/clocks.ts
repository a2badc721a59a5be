import {
  hasChosen,
  hasUnknownChoice,
  isUnseen,
  newHousehold,
  type GrantOfHousehold,
  type HouseholdState,
} from './household.js';
import { presentInstruments, type Obligation } from './obligation.js';

/** Clocks of the city's profile, in days. */
export interface Clocks {
  readonly waitDays: number;
  readonly unclaimedDays: number;
  readonly reopenDays: number;
  readonly appealDays: number;
  readonly disputeDays: number;
  readonly longestDays: number;
  readonly nothingOlderDays: number;
}

/** The last days until which records linked to a household are kept, if written today; days since 1970-01-01. */
export interface LastDays {
  /** Nothing that is linked to a household outlives the longest clock. */
  readonly longest: number;
  /** A mark stays until no message about the same grant can arrive. */
  readonly mark: number;
  /** A payment can be disputed until this day. */
  readonly disputed: number;
}

export function lastDaysOf(today: number, clocks: Clocks): LastDays {
  const { longestDays, reopenDays, disputeDays, nothingOlderDays } = clocks;
  return {
    longest: today + longestDays + reopenDays + disputeDays,
    mark: today + nothingOlderDays,
    disputed: today + disputeDays,
  };
}

/**
 * Notes since when nobody has seen the household, and that its time is over. It looks at no grant: what the household
 * reads before its presence follows from this.
 *
 * @param agingDay the day by which the wait ends; earlier than `today` while the clocks are in doubt
 */
export function waitForPresence(
  state: HouseholdState,
  today: number,
  clocks: Clocks,
  agingDay = today,
): HouseholdState {
  if (!isUnseen(state)) return state;
  const { unseenSince = today } = state;
  const isUnseenOver = agingDay >= unseenSince + clocks.waitDays;
  const isSame = unseenSince === state.unseenSince && isUnseenOver === state.isUnseenOver;
  return isSame ? state : { ...state, unseenSince, isUnseenOver };
}

export type Obligations = ReadonlyMap<string, Obligation>;

/**
 * Applies the clocks of one day. An uncollected grant lapses. A lapsed grant is reopened if the household asked again
 * in time and was seen. Applying the same day again changes nothing.
 */
export function passDay(
  before: HouseholdState,
  obligations: Obligations,
  today: number,
  clocks: Clocks,
): HouseholdState {
  const state = waitForPresence(before, today, clocks);
  const grants = state.grants.map((grant) => {
    const obligation = obligations.get(grant.obligation);
    if (obligation === undefined || obligation.status === 'closed' || grant.isCancelled) return grant;
    if (grant.lapsed !== undefined)
      return isReopened(state, { grant, obligation }, today, clocks) ? lasting(grant) : grant;
    const isOver = hasLapsed(state, { grant, obligation }, today, clocks);
    return isOver ? { ...grant, lapsed: { day: lapseDay(state, today, clocks), n: state.highestRequest } } : grant;
  });
  return grants.every((grant, at) => grant === state.grants[at]) ? state : { ...state, grants };
}

interface Owed {
  readonly grant: GrantOfHousehold;
  readonly obligation: Obligation;
}

function hasLapsed(state: HouseholdState, { grant, obligation }: Owed, today: number, clocks: Clocks): boolean {
  const { day } = grant;
  if (today >= day + clocks.longestDays) return true;
  // An obligation with instruments has clocks of its own.
  if (obligation.instruments.length === 0) {
    if (!hasChosen(state)) return today >= day + clocks.waitDays;
    if (!state.isPresent) return state.isUnseenOver;
  }
  return isUnclaimed(state, obligation, today, clocks);
}

/** The time to ask again is the same for every household that nobody has seen, whenever its grant came. */
function lapseDay(state: HouseholdState, today: number, { waitDays }: Clocks): number {
  const isForPresence = hasChosen(state) && !state.isPresent && state.unseenSince !== undefined;
  return isForPresence ? Math.min(today, state.unseenSince + waitDays) : today;
}

/** True if every instrument is issued or has ended, and the newest code is older than the clock allows. */
function isUnclaimed({ items }: HouseholdState, obligation: Obligation, today: number, clocks: Clocks): boolean {
  const instruments = presentInstruments(obligation);
  if (!instruments.some(({ state }) => state === 'issued')) return false;
  if (!instruments.every(({ state }) => state === 'issued' || state === 'collected' || state === 'void')) return false;
  const out = items.filter((item) => item.obligation === obligation.id).map(({ day }) => day);
  return out.length > 0 && today >= Math.max(...out) + clocks.unclaimedDays;
}

/**
 * A lapsed grant is reopened only after all its money came back: an instrument that is being voided cannot be paid
 * again.
 */
function isReopened(state: HouseholdState, { grant, obligation }: Owed, today: number, clocks: Clocks): boolean {
  const { day, n } = grant.lapsed ?? { day: today, n: state.highestRequest };
  if (state.highestRequest <= n || !hasChosen(state) || !state.isPresent || obligation.status !== 'open') return false;
  return today <= day + clocks.reopenDays && today < grant.day + clocks.longestDays;
}

function lasting(grant: GrantOfHousehold): GrantOfHousehold {
  const kept = { ...grant };
  delete (kept as { lapsed?: unknown }).lapsed;
  return kept;
}

/** Whether a lapsed grant can still be reopened; undefined: it has not lapsed. */
export function lapseOf({ lapsed }: GrantOfHousehold, today: number, { reopenDays }: Clocks): Lapse | undefined {
  if (lapsed === undefined) return undefined;
  return today > lapsed.day + reopenDays ? 'for-good' : 'for-now';
}

export type Lapse = 'for-now' | 'for-good';

/** True if nothing more can happen, so that no clock needs a check. */
export function isAtRest({ grants }: HouseholdState): boolean {
  return grants.every(({ ended }) => ended !== undefined);
}

/**
 * A withdrawn household after everything ended. Only the withdrawal stays, so that late messages do not look new and
 * the household can be answered once more.
 */
export function forgotten(state: HouseholdState): HouseholdState {
  if (!isTombstone(state)) return state;
  const { highestRequest, lastDay, ownDay, reported } = state;
  const isTold = hasChosen(state) || hasUnknownChoice(state);
  return { ...newHousehold, isWithdrawn: true, isToldAgain: isTold, highestRequest, lastDay, ownDay, reported };
}

export function isTombstone(state: HouseholdState): boolean {
  return state.isWithdrawn && isAtRest(state);
}

/** The last day on which a household record is kept, in days since 1970-01-01. */
export function keptUntil(state: HouseholdState, clocks: Clocks): number {
  const { grants, lastDay, ownDay, isWithdrawn, unseenSince } = state;
  // A grant may be awarded on the last day of a slice, and may be under way for as long again.
  if (isTombstone(state)) return ownDay + 2 * clocks.nothingOlderDays;
  // Somebody who asks once more must not learn from the answer whether there was a grant.
  if (isUnseen(state)) {
    return (unseenSince ?? ownDay) + clocks.waitDays + clocks.reopenDays + clocks.nothingOlderDays;
  }
  if (grants.length === 0 || isWithdrawn) {
    if (isWithdrawn) return lastDay + clocks.longestDays + clocks.disputeDays;
    // A choice without a grant waits for a decision, which a person or an appeal may delay.
    return lastDay + (hasChosen(state) ? clocks.appealDays + clocks.waitDays : clocks.nothingOlderDays);
  }
  return Math.max(...grants.map((grant) => grantKeptUntil(grant, clocks)));
}

/** Whether no part of a household record is needed any more. `day`: days since 1970-01-01. */
export function isHouseholdOver({ state }: { readonly state: HouseholdState }, clocks: Clocks, day: number): boolean {
  return keptUntil(state, clocks) < day;
}

function grantKeptUntil({ day, ended }: GrantOfHousehold, clocks: Clocks): number {
  switch (ended?.how) {
    case 'paid':
      return Math.max(ended.day + clocks.disputeDays, day + clocks.appealDays);
    case 'expired':
      return Math.max(ended.day, day + clocks.appealDays);
    case 'cancelled':
      return ended.day + clocks.nothingOlderDays;
    case undefined:
      // The grant lapses at the latest when the longest clock ends, and can be disputed for a while after that.
      return day + clocks.longestDays + clocks.reopenDays + clocks.disputeDays;
  }
}
