import { forgotten, isTombstone } from './clocks.js';
import { evolve, newHousehold, type HouseholdCommand, type HouseholdState } from './household.js';
import type { RailOutcome } from './rail.js';
import type { DisputeResolution, InstrumentName } from './rail-outcome.js';

/** Keys that came with the payout choice: how the household is answered, and how notification knows it. */
export interface HouseholdKeys {
  readonly receiptKey: string;
  readonly linkToken: string;
  /** Keyed hash of the pick-up code, base64url. */
  readonly pickup: string;
  /** Who is paid for the household, where it consented to that. */
  readonly payee: { readonly payee: string; readonly accountReference: string } | undefined;
}

/** The same as the household tells them, before its pick-up code is hashed. */
export type ToldKeys = Omit<HouseholdKeys, 'pickup'> & { readonly pickupCode: string };

/** Of a payout choice, or of a later one that tells everything again; undefined where it does not. */
export function keysOf({ receiptKey, linkToken, pickupCode, payee }: Partial<ToldKeys>): ToldKeys | undefined {
  if (receiptKey === undefined || linkToken === undefined || pickupCode === undefined) return undefined;
  return {
    receiptKey,
    linkToken,
    pickupCode,
    payee: payee && { payee: payee.payee, accountReference: payee.accountReference },
  };
}

export interface HouseholdRecord {
  readonly state: HouseholdState;
  readonly keys: HouseholdKeys | undefined;
}

/** Where a grant belongs, or that it was cancelled before it came. */
export interface GrantIndex {
  readonly householdRef: string | undefined;
  readonly isCancelled: boolean;
}

/** A grant that has come to its end for good. */
export interface EndedGrant {
  readonly grant: string;
  readonly obligation: string;
  readonly householdRef: string;
  readonly isPaid: boolean;
  readonly isWithdrawn: boolean;
}

/** Something that has happened to one household, from a message, a rail, or the waiting list. */
export interface Work {
  readonly householdRef: string;
  readonly commands: readonly HouseholdCommand[];
  /** Of the message, days since 1970-01-01; what no message brought does not make a household any younger. */
  readonly day?: number;
  readonly keys?: HouseholdKeys;
  readonly decisionTraces?: ReadonlyMap<string, object>;
  readonly rail?: RailWork;
  /** Obligations whose turn on the waiting list it is, in its order. */
  readonly nextInLine?: readonly string[];
}

/** What a rail, or people, have said about one generation of an instrument. */
export interface RailWork {
  readonly obligation: string;
  readonly name: InstrumentName;
  readonly outcome: RailOutcome | DisputeResolution;
}

/** Households as they are after the commands of all works; one that nothing is known of is new. */
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
  const changed = commands.reduce(evolve, state);
  return { state: { ...changed, lastDay: Math.max(changed.lastDay, day) }, keys: known ?? keys };
}

/** What is kept: of a household that has withdrawn, only what answers it once more. */
export function keptOf({ state, keys }: HouseholdRecord): HouseholdRecord {
  if (!isTombstone(state)) return { state, keys };
  const rest = keys && { receiptKey: keys.receiptKey, linkToken: '', pickup: '', payee: undefined };
  return { state: forgotten(state), keys: rest };
}
