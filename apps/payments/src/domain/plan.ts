import type { Lapse } from './clocks.js';
import { hasChosen, siteOf, wayOf, type HouseholdState } from './household.js';
import { splitIntoSlots, type AccountKind, type Posting } from './money.js';
import {
  canBeTakenBack,
  isOut,
  isUnsent,
  isWaiting,
  owedCents,
  presentSlots,
  type Obligation,
  type Slot,
} from './obligation.js';

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
  /** Nobody came for it in time: it goes back, and for a while can be taken up again. */
  readonly lapse?: Lapse | undefined;
  /** It is this obligation's turn on the waiting list. */
  readonly isItsTurn: boolean;
  readonly money: MoneyView;
  /** New slots are careful: the books have been restored not long ago. */
  readonly isCareful: boolean;
}

export interface Plan {
  readonly obligation: Obligation;
  readonly postings: readonly Posting[];
  /** What went out by itself. */
  readonly releasedCents: bigint;
  /** Newly promised as a rapid grant. A promise that is taken back counts on until the week is over. */
  readonly rapidCents: bigint;
}

/**
 * What should happen next with one obligation, by everything known now. Running it again when nothing has changed does
 * nothing. Refusals are states (`waiting-list`, `capped`, `waiting-release`), never errors.
 */
export function plan(input: PlanInput, policy: PaymentPolicy): Plan {
  const start: Plan = { obligation: input.obligation, postings: [], releasedCents: 0n, rapidCents: 0n };
  if (input.obligation.status === 'closed') return start;
  if (input.isCancelled || input.lapse === 'for-good') return close(cancel(start));
  if (input.lapse === 'for-now') return lapse(start);
  const { household } = input;
  const isWanted = !hasChosen(household) || household.isPresent;
  if (!isWanted) return giveBack(start);
  return close(release(makeSlots(reserve(changeFund(start, input), input), input, policy), input, policy));
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
  if (obligation.slots.length === 0) {
    const returned = post(before, 'reserved', 'available', obligation.amountCents);
    return { ...returned, obligation: { ...obligation, status: 'closed' } };
  }
  return recall(before);
}

/**
 * Nothing that is on its way is touched: it is asked about. What is out is voided by the partner, or collected first.
 */
function recall(before: Plan): Plan {
  const returned = takeBack(before);
  return withSlots(voidAtRail(returned), (slot) => {
    if (canBeTakenBack(slot)) return { ...slot, state: 'void' };
    return isOut(slot) ? { ...slot, isSecretLost: true } : slot;
  });
}

/** Nobody came: everything that can be had back goes back, and what was owed can be promised again. */
function lapse(before: Plan): Plan {
  const back = giveBack(before);
  if (back.obligation.status !== 'reserved') return back;
  const recalled = recall(back);
  const slots = presentSlots(recalled.obligation);
  if (slots.every(({ state }) => state === 'collected')) return close(recalled);
  const isBack = slots.every(({ state }) => state === 'collected' || state === 'void');
  return isBack ? { ...recalled, obligation: { ...recalled.obligation, status: 'open' } } : recalled;
}

/**
 * What may have been sent without the books' knowing is voided at the rail first; only its definite no frees the money.
 */
function voidAtRail(before: Plan): Plan {
  const doubtful = presentSlots(before.obligation).filter((slot) => slot.isCareful && isUnsent(slot));
  const waiting = sum(doubtful.filter(isWaiting));
  const moved = waiting === 0n ? before : post(before, 'reserved', 'in-flight', waiting);
  return withSlots(moved, (slot) =>
    doubtful.includes(slot) ? { ...slot, state: 'unknown', isSecretLost: true } : slot,
  );
}

/** Makes available what has not been sent. */
function takeBack(before: Plan): Plan {
  const slots = presentSlots(before.obligation).filter(canBeTakenBack);
  const waiting = sum(slots.filter(isWaiting));
  const intended = sum(slots.filter((slot) => !isWaiting(slot)));
  const first = waiting === 0n ? before : post(before, 'reserved', 'available', waiting);
  return intended === 0n ? first : post(first, 'in-flight', 'available', intended);
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
    rapidCents: obligation.kind === 'rapid' ? owedCents(obligation) : 0n,
  };
  return post(funded, 'available', 'reserved', owedCents(obligation));
}

function fundFor(input: PlanInput): FundView | undefined {
  const { obligation, money, isItsTurn } = input;
  if (!isItsTurn && obligation.tier >= (money.waitingTier ?? Number.POSITIVE_INFINITY)) return undefined;
  return fundsFor(input).find(({ availableCents }) => availableCents >= owedCents(obligation));
}

/** Funds whose rules allow this obligation, whatever they hold. */
function fundsFor({ household, obligation, money }: PlanInput): readonly FundView[] {
  const way = wayOf(household);
  return money.funds.filter(
    ({ mayPayGrants, ways, rapidLeftCents }) =>
      mayPayGrants &&
      (way === undefined || ways.includes(way)) &&
      // When the week's share for rapid grants is used up, only the most urgent still get one.
      (obligation.kind !== 'rapid' || obligation.tier === 1 || rapidLeftCents >= obligation.amountCents),
  );
}

/** Funds that hold too little for one whose turn it is: what is left in them is not for those behind it. */
export function fundsAwaited(input: PlanInput): readonly string[] {
  const { obligation, isItsTurn } = input;
  if (!isItsTurn || obligation.status !== 'waiting-list') return [];
  return fundsFor(input).map(({ code }) => code);
}

/** Another way to be paid may be one that the fund does not pay: then another fund, if nothing has been sent yet. */
function changeFund(before: Plan, input: PlanInput): Plan {
  const { obligation } = before;
  if (obligation.status !== 'reserved' || isPaidBy(obligation, input)) return before;
  const slots = presentSlots(obligation);
  if (slots.length === 0) {
    const returned = post(before, 'reserved', 'available', obligation.amountCents);
    return { ...returned, obligation: { ...obligation, status: 'open', fund: undefined } };
  }
  const fund = slots.every(canBeTakenBack) ? fundFor(input) : undefined;
  // What has been sent, or a want of money elsewhere, binds it to its fund: it goes on in the way it had.
  if (fund === undefined) return before;
  const returned = withSlots(takeBack(before), (slot) =>
    canBeTakenBack(slot) ? { ...slot, state: 'waiting-release' } : slot,
  );
  const moved: Plan = { ...returned, obligation: { ...returned.obligation, fund: fund.code } };
  return post(moved, 'available', 'reserved', obligation.amountCents);
}

function isPaidBy({ fund }: Obligation, { household, money }: PlanInput): boolean {
  const way = wayOf(household);
  const ways = money.funds.find(({ code }) => code === fund)?.ways;
  return way === undefined || ways === undefined || ways.includes(way);
}

function makeSlots(before: Plan, input: PlanInput, policy: PaymentPolicy): Plan {
  const { obligation } = before;
  const { household } = input;
  const way = wayOf(household);
  if (obligation.status !== 'reserved' || way === undefined || !hasChosen(household)) return before;
  if (presentSlots(obligation).some(({ state }) => state === 'void')) return takeUp(before, way, siteOf(household));
  if (obligation.slots.length > 0) return isPaidBy(obligation, input) ? changeWay(before, way) : before;
  const slots = splitIntoSlots(obligation.amountCents, policy.perInstrumentCents).map((amountCents, slot): Slot => ({
    slot,
    generation: 0,
    amountCents,
    way,
    site: siteOf(household),
    state: 'waiting-release',
    isSecretLost: false,
    isTakenUp: false,
    isCareful: input.isCareful,
  }));
  return { ...before, obligation: { ...obligation, slots } };
}

/** Reopening is a new generation of what had come back: each of the old ones is a definite no. */
function takeUp(before: Plan, way: string, site: string | undefined): Plan {
  const { obligation } = before;
  const next = presentSlots(obligation)
    .filter(({ state }) => state === 'void')
    .map((slot): Slot => ({
      ...slot,
      generation: slot.generation + 1,
      way,
      site,
      state: 'waiting-release',
      isSecretLost: false,
      isTakenUp: false,
    }));
  return { ...before, obligation: { ...obligation, slots: [...obligation.slots, ...next] } };
}

/** A change of the way counts for what has not been sent; whoever had agreed to it has not agreed to this. */
function changeWay(before: Plan, way: string): Plan {
  const isChanged = (slot: Slot): boolean => canBeTakenBack(slot) && slot.way !== way;
  const intended = presentSlots(before.obligation).filter((slot) => isChanged(slot) && !isWaiting(slot));
  const changed = withSlots(before, (slot) => (isChanged(slot) ? { ...slot, way, state: 'waiting-release' } : slot));
  return intended.length === 0 ? changed : post(changed, 'in-flight', 'reserved', sum(intended));
}

function release(before: Plan, { money }: PlanInput, policy: PaymentPolicy): Plan {
  if (before.obligation.kind !== 'rapid' || !policy.isRapidAutomatic) return before;
  let after = before;
  for (const slot of before.obligation.slots) {
    if (!isWaiting(slot) || !policy.railWays.includes(slot.way)) continue;
    const fits = money.siteLeftCents - after.releasedCents >= slot.amountCents;
    const state = fits ? 'intended' : 'capped';
    after = withSlots(after, (each) => (each === slot && slot.state !== state ? { ...slot, state } : each));
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
