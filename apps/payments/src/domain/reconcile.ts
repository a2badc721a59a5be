import { splitIntoInstruments } from './money.js';
import type { Obligation, InstrumentState } from './obligation.js';
import type { StatementItem } from './rail.js';

/** An instrument of the books, as the books of a rail are compared with it. */
export interface ComparedInstrument {
  readonly reference: string;
  readonly state: InstrumentState;
  readonly amountCents: bigint;
  readonly payoutMethod: string;
}

/** References of what has to be looked at. */
export interface Compared {
  /** Payments of the rail that the books do not know. */
  readonly unmatched: readonly string[];
  /** Payments of which rail and books say different things. */
  readonly differing: readonly string[];
}

/** Compares the books with the statement of the rail that serves `way`, item by item, both ways. */
export function compareWith(
  instruments: readonly ComparedInstrument[],
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
  // A void that was asked for in case something came is no payment.
  const unmatched = [...ofRail.values()].filter(({ state }) => state !== 'void').map(({ reference }) => reference);
  return { unmatched, differing };
}

/** Of what is open the books know that they do not know: it is asked about by itself. */
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

/** Amounts of the instruments of an obligation, in their order; as they would be made, where there are none yet. */
export function amountsOf({ instruments, amountCents }: Obligation, perInstrumentCents: bigint): readonly bigint[] {
  if (instruments.length === 0) return splitIntoInstruments(amountCents, perInstrumentCents);
  const amounts = new Map(instruments.map((instrument) => [instrument.number, instrument.amountCents]));
  return [...amounts].sort(([a], [b]) => a - b).map(([, cents]) => cents);
}
