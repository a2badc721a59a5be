import type { AccountKind, Posting } from './money.js';
import { splitIntoSlots } from './money.js';
import { siteOf, wayOf, type HouseholdState } from './household.js';
import { presentSlots, type Obligation, type Slot } from './obligation.js';

export interface FundView {
  readonly code: string;
  readonly ways: readonly string[];
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
  readonly railWays: readonly string[];
}

export interface PlanInput {
  readonly household: HouseholdState;
  readonly obligation: Obligation;
  readonly isCancelled: boolean;
  /** It is this obligation's turn on the waiting list. */
  readonly isItsTurn: boolean;
  readonly money: MoneyView;
}

export interface Plan {
  readonly obligation: Obligation;
  readonly postings: readonly Posting[];
  /** What went out by itself. */
  readonly releasedCents: bigint;
  /** Newly promised as a rapid grant. */
  readonly rapidCents: bigint;
}

/**
 * What should happen next with one obligation, by everything known now. Running it again when nothing has changed does
 * nothing. Refusals are states (`waiting-list`, `capped`, `waiting-release`), never errors.
 */
export function plan(input: PlanInput, policy: PaymentPolicy): Plan {
  const start: Plan = { obligation: input.obligation, postings: [], releasedCents: 0n, rapidCents: 0n };
  if (input.obligation.status === 'closed') return start;
  if (input.isCancelled) return close(cancel(start));
  const { household } = input;
  const isWanted = household.payout === undefined || household.isPresent;
  if (!isWanted) return giveBack(start);
  return close(release(makeSlots(reserve(start, input), input, policy), input, policy));
}

function post(before: Plan, from: AccountKind, to: AccountKind, amountCents: bigint): Plan {
  const { obligation, postings } = before;
  if (obligation.fund === undefined) throw new Error('an obligation without a fund has no money');
  const posting = { fund: obligation.fund, from, to, amountCents, obligation: obligation.id };
  return { ...before, postings: [...postings, posting] };
}

function withSlots(before: Plan, change: (slot: Slot) => Slot): Plan {
  const slots = before.obligation.slots.map(change);
  if (slots.every((slot, at) => slot === before.obligation.slots[at])) return before;
  return { ...before, obligation: { ...before.obligation, slots } };
}

/** Nothing that may have reached a rail is taken back; the rest is. */
function cancel(before: Plan): Plan {
  const { obligation } = before;
  if (obligation.status !== 'reserved') return { ...before, obligation: { ...obligation, status: 'closed' } };
  const slots = presentSlots(obligation);
  const free = slots.length === 0 ? obligation.amountCents : sum(slots.filter(isTakenBack));
  const voided = withSlots(before, (slot) => (isTakenBack(slot) ? { ...slot, state: 'void' } : slot));
  const returned = free === 0n ? voided : post(voided, 'reserved', 'available', free);
  return slots.length === 0 ? { ...returned, obligation: { ...returned.obligation, status: 'closed' } } : returned;
}

function isTakenBack({ state }: Slot): boolean {
  return state === 'waiting-release' || state === 'capped';
}

function sum(slots: readonly Slot[]): bigint {
  return slots.reduce((total, { amountCents }) => total + amountCents, 0n);
}

/** The household turns out not to have been seen by anyone: nothing is kept for it until it has. */
function giveBack(before: Plan): Plan {
  const { obligation } = before;
  if (obligation.status === 'waiting-list') return { ...before, obligation: { ...obligation, status: 'open' } };
  if (obligation.status !== 'reserved' || obligation.slots.length > 0) return before;
  const returned = post(before, 'reserved', 'available', obligation.amountCents);
  return { ...returned, obligation: { ...obligation, status: 'open', fund: undefined } };
}

function reserve(before: Plan, input: PlanInput): Plan {
  const { obligation } = before;
  if (obligation.status === 'reserved') return before;
  const fund = fundFor(input);
  if (fund === undefined) {
    return obligation.status === 'waiting-list'
      ? before
      : { ...before, obligation: { ...obligation, status: 'waiting-list' } };
  }
  const funded: Plan = {
    ...before,
    obligation: { ...obligation, status: 'reserved', fund: fund.code },
    rapidCents: obligation.kind === 'rapid' ? obligation.amountCents : 0n,
  };
  return post(funded, 'available', 'reserved', obligation.amountCents);
}

function fundFor({ household, obligation, money, isItsTurn }: PlanInput): FundView | undefined {
  if (!isItsTurn && obligation.tier >= (money.waitingTier ?? Number.POSITIVE_INFINITY)) return undefined;
  const way = wayOf(household);
  return money.funds.find(
    ({ mayPayGrants, ways, availableCents, rapidLeftCents }) =>
      mayPayGrants &&
      (way === undefined || ways.includes(way)) &&
      availableCents >= obligation.amountCents &&
      // When the week's share for rapid grants is used up, only the most urgent still get one.
      (obligation.kind !== 'rapid' || obligation.tier === 1 || rapidLeftCents >= obligation.amountCents),
  );
}

function makeSlots(before: Plan, { household }: PlanInput, policy: PaymentPolicy): Plan {
  const { obligation } = before;
  const way = wayOf(household);
  if (obligation.status !== 'reserved' || way === undefined || household.payout === undefined) return before;
  if (obligation.slots.length > 0) {
    // A change of the way counts for what has not been sent.
    return withSlots(before, (slot) =>
      isTakenBack(slot) && slot.way !== way ? { ...slot, way, state: 'waiting-release' } : slot,
    );
  }
  const slots = splitIntoSlots(obligation.amountCents, policy.perInstrumentCents).map((amountCents, slot): Slot => ({
    slot,
    generation: 0,
    amountCents,
    way,
    site: siteOf(household),
    state: 'waiting-release',
    isSecretLost: false,
  }));
  return { ...before, obligation: { ...obligation, slots } };
}

function release(before: Plan, { money }: PlanInput, policy: PaymentPolicy): Plan {
  if (before.obligation.kind !== 'rapid' || !policy.isRapidAutomatic) return before;
  let after = before;
  for (const slot of before.obligation.slots) {
    if (!isTakenBack(slot) || !policy.railWays.includes(slot.way)) continue;
    const fits = money.siteLeftCents - after.releasedCents >= slot.amountCents;
    after = withSlots(after, (each) => (each === slot ? { ...slot, state: fits ? 'intended' : 'capped' } : each));
    if (!fits) continue;
    after = post(after, 'reserved', 'in-flight', slot.amountCents);
    after = { ...after, releasedCents: after.releasedCents + slot.amountCents };
  }
  return after;
}

/** An obligation is closed when every instrument of it has come to its end. */
function close(before: Plan): Plan {
  const { obligation } = before;
  const slots = presentSlots(obligation);
  const isOver = slots.length > 0 && slots.every(({ state }) => state === 'collected' || state === 'void');
  return isOver ? { ...before, obligation: { ...obligation, status: 'closed' } } : before;
}

/** How a closed obligation ended. */
export function endOf(obligation: Obligation): 'paid' | 'cancelled' {
  return presentSlots(obligation).some(({ state }) => state === 'collected') ? 'paid' : 'cancelled';
}
