import { hasChosen, newHousehold, type GrantOfHousehold, type HouseholdState } from './household.js';
import { presentInstruments, type Obligation } from './obligation.js';

/** In days, from the city's profile. */
export interface Clocks {
  readonly waitDays: number;
  readonly unclaimedDays: number;
  readonly reopenDays: number;
  readonly appealDays: number;
  readonly disputeDays: number;
  readonly longestDays: number;
  readonly nothingOlderDays: number;
}

/** The last days on which what is linked to a household is kept, when it is written today; days since 1970-01-01. */
export interface LastDays {
  /** Nothing that is linked to a household outlives the longest clock. */
  readonly longest: number;
  /** A mark stays until nothing that it is about can come any more. */
  readonly mark: number;
  /** What was paid can be disputed for a while. */
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

export type Obligations = ReadonlyMap<string, Obligation>;

/**
 * Lets clocks take their effect: what nobody came for lapses, and what a household has asked for again, in time and
 * where somebody was seen, is taken up again. The same day again changes nothing.
 */
export function passDay(
  state: HouseholdState,
  obligations: Obligations,
  today: number,
  clocks: Clocks,
): HouseholdState {
  const grants = state.grants.map((grant) => {
    const obligation = obligations.get(grant.obligation);
    if (obligation === undefined || obligation.status === 'closed' || grant.isCancelled) return grant;
    if (grant.lapsed !== undefined)
      return isReopened(state, { grant, obligation }, today, clocks) ? lasting(grant) : grant;
    const isOver = hasLapsed(state, { grant, obligation }, today, clocks);
    return isOver ? { ...grant, lapsed: { day: today, n: state.highestRequest } } : grant;
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
  const isWaited = !hasChosen(state) || !state.isPresent;
  // What has been made into instruments is not waited for any more: it has clocks of its own.
  if (isWaited && obligation.instruments.length === 0) return today >= day + clocks.waitDays;
  return isUnclaimed(state, obligation, today, clocks);
}

/** Everything is out or has come to its end, and the newest code has been out for too long. */
function isUnclaimed({ items }: HouseholdState, obligation: Obligation, today: number, clocks: Clocks): boolean {
  const instruments = presentInstruments(obligation);
  if (!instruments.some(({ state }) => state === 'issued')) return false;
  if (!instruments.every(({ state }) => state === 'issued' || state === 'collected' || state === 'void')) return false;
  const out = items.filter((item) => item.obligation === obligation.id).map(({ day }) => day);
  return out.length > 0 && today >= Math.max(...out) + clocks.unclaimedDays;
}

/** Only once everything has come back: what is still being taken back cannot be paid again. */
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

/** Whether a lapsed grant can still be taken up again; undefined: it has not lapsed. */
export function lapseOf({ lapsed }: GrantOfHousehold, today: number, { reopenDays }: Clocks): Lapse | undefined {
  if (lapsed === undefined) return undefined;
  return today > lapsed.day + reopenDays ? 'for-good' : 'for-now';
}

export type Lapse = 'for-now' | 'for-good';

/** Nothing more can happen: no clock needs to be looked at for it. */
export function isAtRest({ grants }: HouseholdState): boolean {
  return grants.every(({ ended }) => ended !== undefined);
}

/**
 * A household that has withdrawn, once everything of it has ended: what stays is that it did, so that nothing which is
 * still on its way is taken for new, and that it can be answered once more.
 */
export function forgotten(state: HouseholdState): HouseholdState {
  if (!isTombstone(state)) return state;
  const { highestRequest, lastDay, reported } = state;
  return { ...newHousehold, isWithdrawn: true, isToldAgain: hasChosen(state), highestRequest, lastDay, reported };
}

export function isTombstone(state: HouseholdState): boolean {
  return state.isWithdrawn && isAtRest(state);
}

/** The last day on which a household is kept, days since 1970-01-01. */
export function keptUntil(state: HouseholdState, clocks: Clocks): number {
  const { grants, lastDay, isWithdrawn } = state;
  // A grant may be awarded on the last day of a slice's life, and be on its way as long again.
  if (isTombstone(state)) return lastDay + 2 * clocks.nothingOlderDays;
  if (grants.length === 0 || isWithdrawn) {
    if (isWithdrawn) return lastDay + clocks.longestDays + clocks.disputeDays;
    // A choice waits for a decision that people, and an appeal, may take time for.
    return lastDay + (hasChosen(state) ? clocks.appealDays + clocks.waitDays : clocks.nothingOlderDays);
  }
  return Math.max(...grants.map((grant) => grantKeptUntil(grant, clocks)));
}

/** Whether nothing of a household is wanted any more. `day`: days since 1970-01-01. */
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
      // Whatever happens it lapses when the longest clock ends, and can be disputed for a while after that.
      return day + clocks.longestDays + clocks.reopenDays + clocks.disputeDays;
  }
}
