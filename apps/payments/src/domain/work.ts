import { forgotten, isTombstone } from './clocks.js';
import { apply, isOwnCommand, newHousehold, type HouseholdCommand, type HouseholdState } from './household.js';
import type { RailOutcome } from './rail.js';
import type { DisputeResolution, InstrumentName } from './rail-outcome.js';

/** Keys from the payout choice: how to answer the household, and how notification knows it. */
export interface HouseholdKeys {
  readonly receiptKey: string;
  readonly linkToken: string;
  /** Keyed hash of the pick-up code, base64url. */
  readonly pickup: string;
}

/** The same keys as received, before the pick-up code is hashed. */
export type ToldKeys = Omit<HouseholdKeys, 'pickup'> & { readonly pickupCode: string };

/**
 * The keys of a payout choice, or of a later request that repeats everything; undefined: the request has none. The
 * payee is left out: finance has no register yet, against which it could be checked.
 */
export function keysOf({ receiptKey, linkToken, pickupCode }: Partial<ToldKeys>): ToldKeys | undefined {
  if (receiptKey === undefined || linkToken === undefined || pickupCode === undefined) return undefined;
  return { receiptKey, linkToken, pickupCode };
}

export interface HouseholdRecord {
  readonly state: HouseholdState;
  readonly keys: HouseholdKeys | undefined;
}

/** The household of a grant, and whether the grant was cancelled before it arrived. */
export interface GrantIndex {
  readonly householdRef: string | undefined;
  readonly isCancelled: boolean;
}

/** A grant that has ended for good. */
export interface EndedGrant {
  readonly grant: string;
  readonly obligation: string;
  readonly householdRef: string;
  readonly isPaid: boolean;
  readonly isWithdrawn: boolean;
}

/** An event of one household: from a message, a rail, or the waiting list. */
export interface Work {
  readonly householdRef: string;
  readonly commands: readonly HouseholdCommand[];
  /** The day of the message, in days since 1970-01-01. Work without a message does not extend a record's life. */
  readonly day?: number;
  readonly keys?: HouseholdKeys;
  readonly decisionTraces?: ReadonlyMap<string, object>;
  readonly rail?: RailWork;
  /** Obligations that are next in line on the waiting list, in its order. */
  readonly nextInLine?: readonly string[];
}

/** The outcome for one generation of an instrument, from a rail or from two people. */
export interface RailWork {
  readonly obligation: string;
  readonly name: InstrumentName;
  readonly outcome: RailOutcome | DisputeResolution;
}

/** Households after the commands of all works. An unknown household starts as new. */
export function withCommands(
  before: ReadonlyMap<string, HouseholdRecord>,
  works: readonly Work[],
): ReadonlyMap<string, HouseholdRecord> {
  const after = new Map<string, HouseholdRecord>();
  for (const work of works) {
    const { householdRef } = work;
    const known = after.get(householdRef) ?? before.get(householdRef) ?? { state: newHousehold, keys: undefined };
    after.set(householdRef, withWork(known, work));
  }
  return after;
}

function withWork({ state, keys: known }: HouseholdRecord, { commands, keys, day = 0 }: Work): HouseholdRecord {
  const changed = commands.reduce(apply, state);
  const ownDay = commands.some(isOwnCommand) ? Math.max(changed.ownDay, day) : changed.ownDay;
  return { state: { ...changed, ownDay, lastDay: Math.max(changed.lastDay, day) }, keys: known ?? keys };
}

/** The part of a household to store. After a withdrawal, only what is needed to answer it once more. */
export function keptOf({ state, keys }: HouseholdRecord): HouseholdRecord {
  if (!isTombstone(state)) return { state, keys };
  const rest = keys && { receiptKey: keys.receiptKey, linkToken: '', pickup: '' };
  return { state: forgotten(state), keys: rest };
}
