import { splitIntoInstruments } from './money.js';
import type { Obligation, InstrumentState } from './obligation.js';
import type { StatementItem } from './rail.js';

/** An instrument of the ledger, as it is compared with the rail's books. */
export interface ComparedInstrument {
  readonly reference: string;
  readonly state: InstrumentState;
  readonly amountCents: bigint;
  readonly payoutMethod: string;
}

/** References that people have to look into. */
export interface Compared {
  /** Payments of the rail that the ledger does not contain. */
  readonly unmatched: readonly string[];
  /** Payments about which rail and ledger differ. */
  readonly differing: readonly string[];
}

/**
 * How many payments of a payout method and amount were collected so long ago that the ledger forgot their references.
 */
export interface SettledPayments {
  readonly payoutMethod: string;
  readonly amountCents: bigint;
  readonly count: number;
}

/** What the ledger has to compare with a rail. */
export interface ComparedBooks {
  readonly instruments: readonly ComparedInstrument[];
  readonly settled: readonly SettledPayments[];
}

/**
 * Compares the ledger with the statement of the rail of this payout method, in both directions. Payments whose
 * references are forgotten are compared by number and amount: they explain the oldest payments of the statement that
 * nothing else explains.
 */
export function compareWith(
  { instruments, settled }: ComparedBooks,
  { payoutMethod, items }: { readonly payoutMethod: string; readonly items: readonly StatementItem[] },
): Compared {
  const ofRail = new Map(items.map((item) => [item.reference, item]));
  const differing: string[] = [];
  for (const instrument of instruments) {
    const { reference } = instrument;
    const item = ofRail.get(reference);
    ofRail.delete(reference);
    if (instrument.payoutMethod === payoutMethod && !isAgreed(instrument, item)) differing.push(reference);
  }
  // A void is no payment: it was requested in case something arrived.
  const unknown = [...ofRail.values()].filter(({ state }) => state !== 'void');
  const ofMethod = settled.filter((each) => each.payoutMethod === payoutMethod);
  const left = new Map(ofMethod.map(({ amountCents, count }) => [amountCents, count]));
  const unmatched = unknown.filter((item) => !isSettled(item, left)).map(({ reference }) => reference);
  return { unmatched, differing };
}

/** Uses up one of the settled payments of the item's amount. */
function isSettled({ state, amountCents }: StatementItem, left: Map<bigint, number>): boolean {
  if (state !== 'collected' || amountCents === undefined) return false;
  const count = left.get(amountCents) ?? 0;
  left.set(amountCents, Math.max(0, count - 1));
  return count > 0;
}

/** An open instrument cannot differ: the ledger knows that its outcome is not known, and will ask. */
function isAgreed({ state, amountCents }: ComparedInstrument, item: StatementItem | undefined): boolean {
  const isSame = item?.amountCents === undefined || item.amountCents === amountCents;
  switch (state) {
    case 'intended':
    case 'unknown':
    case 'disputed':
      return true;
    case 'waiting-release':
    case 'capped':
      return item === undefined;
    case 'void':
      return item === undefined || (isSame && item.state === 'void');
    case 'issued':
      return isSame && (item?.state === 'issued' || item?.state === 'collected');
    case 'collected':
      return isSame && item?.state === 'collected';
  }
}

/**
 * Amounts of the instruments of an obligation, in their order. If there are none yet, the amounts that they would have.
 */
export function amountsOf({ instruments, amountCents }: Obligation, perInstrumentCents: bigint): readonly bigint[] {
  if (instruments.length === 0) return splitIntoInstruments(amountCents, perInstrumentCents);
  const amounts = new Map(instruments.map((instrument) => [instrument.number, instrument.amountCents]));
  return [...amounts].sort(([a], [b]) => a - b).map(([, cents]) => cents);
}
