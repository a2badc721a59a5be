import type { AccountKind } from '../src/domain/money.js';
import type { Payment } from './operations.js';
import { presentSlots, type Obligation, type Slot } from '../src/domain/obligation.js';

export const INSTRUMENT_CENTS = 100_000n;

/** The accounts say the same as the instruments. */
export function checkFigures(states: readonly Obligation[], total: (of: AccountKind) => bigint): void {
  const slots = states.flatMap((obligation) => obligation.slots);
  const inState = (...wanted: readonly Slot['state'][]): bigint =>
    slots.filter(({ state }) => wanted.includes(state)).reduce((sum, { amountCents }) => sum + amountCents, 0n);
  const unslotted = states
    .filter(({ status, slots: own }) => status === 'reserved' && own.length === 0)
    .reduce((sum, { amountCents }) => sum + amountCents, 0n);
  isTrue(total('reserved') === unslotted + inState('waiting-release', 'capped'), 'reserved is what is promised');
  isTrue(total('in-flight') === inState('intended', 'unknown', 'held'), 'in flight is what was sent');
  isTrue(total('outstanding') === inState('issued'), 'outstanding is what is issued');
  isTrue(total('paid') === inState('collected'), 'paid is what was collected');
}

/** M2, M9: at most one payment of a slot can ever be collected, over all its generations. */
export function checkPartner(payments: Iterable<Payment>): void {
  const successes = new Map<string, number>();
  for (const { state, slot } of payments) {
    if (state !== 'void') successes.set(slot, (successes.get(slot) ?? 0) + 1);
  }
  for (const count of successes.values()) isTrue(count <= 1, 'a slot is paid once');
}

export function checkObligation(obligation: Obligation): void {
  const present = presentSlots(obligation);
  if (present.length > 0) {
    const sum = present.reduce((total, { amountCents }) => total + amountCents, 0n);
    isTrue(sum === obligation.amountCents, 'the slots of a grant sum to its amount');
  }
  for (const { amountCents } of present) {
    isTrue(amountCents >= 1n && amountCents <= INSTRUMENT_CENTS, 'an instrument holds at most its maximum');
  }
  const living = obligation.slots.filter(({ state }) => state !== 'void');
  isTrue(new Set(living.map(({ slot }) => slot)).size === living.length, 'a slot has one living generation');
  isTrue(living.length === 0 || obligation.fund !== undefined, 'what is promised has a fund');
}

export function checkGenerations(
  before: Obligation,
  after: Obligation,
  { outcome, isEnding }: { readonly outcome: string; readonly isEnding: boolean },
): void {
  if (after.slots.length === before.slots.length) return;
  isTrue(outcome === 'definite-no', 'a new generation only after a definite no');
  isTrue(!isEnding, 'what is withdrawn or lapsed gets no further generation');
}

export const nameOf = (at: number, of: 'rapid' | 'standard'): string => `${at}-${of}`;
export const referenceOf = (id: string, { slot, generation }: Slot): string => `${id}/${slot}/${generation}`;

export function isTrue(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
