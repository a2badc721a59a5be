import type { Lapse } from './clocks.js';
import type { HouseholdState } from './household.js';
import type { AccountKind, Posting } from './money.js';
import { presentInstruments, type Obligation, type Instrument } from './obligation.js';

export interface FundView {
  readonly code: string;
  readonly payoutMethods: readonly string[];
  readonly mayPayGrants: boolean;
  readonly availableCents: bigint;
  /** The amount that can still be reserved for rapid grants this week. */
  readonly rapidLeftCents: bigint;
}

/** The money at this point of the transaction. */
export interface MoneyView {
  readonly funds: readonly FundView[];
  /** The amount that can still be released without people at the household's site in this hour. */
  readonly siteLeftCents: bigint;
  /** The most urgent tier that waits. Obligations that are not more urgent wait behind it. Undefined: nobody waits. */
  readonly waitingTier: number | undefined;
}

export interface PaymentPolicy {
  readonly perInstrumentCents: bigint;
  /** Rapid grants are released without people. */
  readonly isRapidAutomatic: boolean;
  /** Payout methods that have a rail. Instruments of the others wait for people. */
  readonly railPayoutMethods: readonly string[];
}

export interface PlanInput {
  readonly household: HouseholdState;
  readonly obligation: Obligation;
  readonly isCancelled: boolean;
  /** Nobody collected in time: the money goes back, and for a while the household can ask again. */
  readonly lapse?: Lapse | undefined;
  /** The obligation is next in line on the waiting list. */
  readonly isNextInLine: boolean;
  readonly money: MoneyView;
  /** The ledger was restored not long ago: new instruments start with an inquiry. */
  readonly inquireFirst: boolean;
}

export interface Plan {
  readonly obligation: Obligation;
  readonly postings: readonly Posting[];
  /** The amount that was released without people. */
  readonly releasedCents: bigint;
  /**
   * The amount that was newly reserved for a rapid grant. It counts until the end of the week, even if it is taken
   * back.
   */
  readonly rapidCents: bigint;
}

/** Moves money of the obligation's fund from one account to another. */
export function post(before: Plan, from: AccountKind, to: AccountKind, amountCents: bigint): Plan {
  const { obligation, postings } = before;
  if (obligation.fund === undefined) throw new Error('an obligation without a fund has no money');
  const posting = { fund: obligation.fund, from, to, amountCents, obligation: obligation.id };
  return { ...before, postings: [...postings, posting] };
}

export function withInstruments(before: Plan, change: (instrument: Instrument) => Instrument): Plan {
  const instruments = before.obligation.instruments.map(change);
  if (instruments.every((instrument, at) => instrument === before.obligation.instruments[at])) return before;
  return { ...before, obligation: { ...before.obligation, instruments } };
}

export function sum(instruments: readonly Instrument[]): bigint {
  return instruments.reduce((total, { amountCents }) => total + amountCents, 0n);
}

/** Closes an obligation when all its instruments have ended. */
export function close(before: Plan): Plan {
  const { obligation } = before;
  const instruments = presentInstruments(obligation);
  const isOver = instruments.length > 0 && instruments.every(({ state }) => state === 'collected' || state === 'void');
  return isOver ? { ...before, obligation: { ...obligation, status: 'closed' } } : before;
}
