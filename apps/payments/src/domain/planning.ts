import type { Lapse } from './clocks.js';
import type { HouseholdState } from './household.js';
import type { AccountKind, Posting } from './money.js';
import { presentInstruments, type Obligation, type Instrument } from './obligation.js';

export interface FundView {
  readonly code: string;
  readonly payoutMethods: readonly string[];
  readonly mayPayGrants: boolean;
  readonly availableCents: bigint;
  /** What may still be promised as rapid grants this week. */
  readonly rapidLeftCents: bigint;
}

/** The money as it stands at this point of the transaction. */
export interface MoneyView {
  readonly funds: readonly FundView[];
  /** What may still go out by itself at this household's site in this hour. */
  readonly siteLeftCents: bigint;
  /** The most urgent tier that waits; who is not more urgent waits behind it. Undefined: nobody waits. */
  readonly waitingTier: number | undefined;
}

export interface PaymentPolicy {
  readonly perInstrumentCents: bigint;
  /** Rapid grants go out by themselves. */
  readonly isRapidAutomatic: boolean;
  /** Ways for which there is a rail; the others wait for people. */
  readonly railPayoutMethods: readonly string[];
}

export interface PlanInput {
  readonly household: HouseholdState;
  readonly obligation: Obligation;
  readonly isCancelled: boolean;
  /** Nobody came for it in time: it goes back, and for a while can be taken up again. */
  readonly lapse?: Lapse | undefined;
  /** It is this obligation's turn on the waiting list. */
  readonly isNextInLine: boolean;
  readonly money: MoneyView;
  /** New instruments are careful: the books have been restored not long ago. */
  readonly inquireFirst: boolean;
}

export interface Plan {
  readonly obligation: Obligation;
  readonly postings: readonly Posting[];
  /** What went out by itself. */
  readonly releasedCents: bigint;
  /** Newly promised as a rapid grant. A promise that is taken back counts on until the week is over. */
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

/** An obligation is closed when every instrument of it has come to its end. */
export function close(before: Plan): Plan {
  const { obligation } = before;
  const instruments = presentInstruments(obligation);
  const isOver = instruments.length > 0 && instruments.every(({ state }) => state === 'collected' || state === 'void');
  return isOver ? { ...before, obligation: { ...obligation, status: 'closed' } } : before;
}
