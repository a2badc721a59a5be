import type { AccountKind } from '../src/domain/money.js';
import type { Payment } from './operations.js';
import { presentInstruments, type Obligation, type Instrument } from '../src/domain/obligation.js';

export const INSTRUMENT_CENTS = 100_000n;

/** The accounts agree with the instruments. */
export function checkFigures(states: readonly Obligation[], total: (of: AccountKind) => bigint): void {
  const instruments = states.flatMap((obligation) => obligation.instruments);
  const inState = (...wanted: readonly Instrument['state'][]): bigint =>
    instruments.filter(({ state }) => wanted.includes(state)).reduce((sum, { amountCents }) => sum + amountCents, 0n);
  const unsplit = states
    .filter(({ status, instruments: own }) => status === 'reserved' && own.length === 0)
    .reduce((sum, { amountCents }) => sum + amountCents, 0n);
  isTrue(total('reserved') === unsplit + inState('waiting-release', 'capped'), 'reserved is what is promised');
  isTrue(total('in-flight') === inState('intended', 'unknown', 'disputed'), 'in flight is what was sent');
  isTrue(total('outstanding') === inState('issued'), 'outstanding is what is issued');
  isTrue(total('paid') === inState('collected'), 'paid is what was collected');
}

/** M2, M9: at most one payment of an instrument can ever be collected, over all its generations. */
export function checkPartner(payments: Iterable<Payment>): void {
  const successes = new Map<string, number>();
  for (const { state, instrument } of payments) {
    if (state !== 'void') successes.set(instrument, (successes.get(instrument) ?? 0) + 1);
  }
  for (const count of successes.values()) isTrue(count <= 1, 'an instrument is paid once');
}

export function checkObligation(obligation: Obligation): void {
  const present = presentInstruments(obligation);
  if (present.length > 0) {
    const sum = present.reduce((total, { amountCents }) => total + amountCents, 0n);
    isTrue(sum === obligation.amountCents, 'the instruments of a grant sum to its amount');
  }
  for (const { amountCents } of present) {
    isTrue(amountCents >= 1n && amountCents <= INSTRUMENT_CENTS, 'an instrument holds at most its maximum');
  }
  const living = obligation.instruments.filter(({ state }) => state !== 'void');
  isTrue(new Set(living.map(({ number }) => number)).size === living.length, 'an instrument has one living generation');
  isTrue(living.length === 0 || obligation.fund !== undefined, 'what is promised has a fund');
}

export function checkGenerations(
  before: Obligation,
  after: Obligation,
  { outcome, isEnding }: { readonly outcome: string; readonly isEnding: boolean },
): void {
  if (after.instruments.length === before.instruments.length) return;
  isTrue(outcome === 'definite-no', 'a new generation only after a definite no');
  isTrue(!isEnding, 'what is withdrawn or lapsed gets no further generation');
}

export const nameOf = (at: number, of: 'rapid' | 'standard'): string => `${at}-${of}`;
export const referenceOf = (id: string, { number, generation }: Instrument): string => `${id}/${number}/${generation}`;

export function isTrue(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
