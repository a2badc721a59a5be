import type { AccountKind, Posting } from './money.js';
import type { Obligation, Instrument, InstrumentState } from './obligation.js';
import type { RailOutcome } from './rail.js';

export interface AppliedOutcome {
  readonly obligation: Obligation;
  readonly postings: readonly Posting[];
}

export interface InstrumentName {
  readonly number: number;
  readonly generation: number;
}

/** Applies a rail outcome to the obligation. A cancelled or lapsed obligation gets no further generation. */
export function applyRailOutcome(
  obligation: Obligation,
  name: InstrumentName,
  { outcome, isEnding }: { readonly outcome: RailOutcome; readonly isEnding: boolean },
): AppliedOutcome {
  const instrument = obligation.instruments.find(
    (each) => each.number === name.number && each.generation === name.generation,
  );
  // Another instance has applied an outcome meanwhile.
  if (instrument === undefined || !canMove(instrument, outcome)) return { obligation, postings: [] };
  const change = (state: InstrumentState, more: Partial<Instrument> = {}): Obligation => {
    const changed = { ...instrument, state, ...more };
    if (
      state === instrument.state &&
      changed.isSecretLost === instrument.isSecretLost &&
      changed.inquireFirst === instrument.inquireFirst
    )
      return obligation;
    return { ...obligation, instruments: obligation.instruments.map((each) => (each === instrument ? changed : each)) };
  };
  const move = (from: AccountKind, to: AccountKind): Posting => ({
    fund: obligation.fund ?? '',
    from,
    to,
    amountCents: instrument.amountCents,
    obligation: obligation.id,
  });
  switch (outcome.type) {
    case 'issued':
      return { obligation: change('issued'), postings: [move('in-flight', 'outstanding')] };
    case 'collected':
      return {
        obligation: change('collected'),
        postings: [move(instrument.state === 'issued' ? 'outstanding' : 'in-flight', 'paid')],
      };
    case 'unknown':
      return { obligation: change('unknown'), postings: [] };
    case 'send-again':
      return { obligation: change('intended', { isSecretLost: false, inquireFirst: false }), postings: [] };
    case 'secret-lost':
      return { obligation: change('unknown', { isSecretLost: true }), postings: [] };
    case 'definite-no': {
      const from = instrument.state === 'issued' ? 'outstanding' : 'in-flight';
      const voided = change('void');
      if (isEnding) return { obligation: voided, postings: [move(from, 'available')] };
      const next = nextGeneration(instrument);
      const postings = from === 'outstanding' ? [move(from, 'in-flight')] : [];
      return { obligation: { ...voided, instruments: [...voided.instruments, next] }, postings };
    }
    case 'contradiction': {
      // The code no longer counts as outstanding, because people must find where its money is.
      const postings = instrument.state === 'issued' ? [move('outstanding', 'in-flight')] : [];
      return { obligation: change('disputed'), postings };
    }
    case 'unchanged':
      return { obligation, postings: [] };
  }
}

function nextGeneration(instrument: Instrument): Instrument {
  const generation = instrument.generation + 1;
  return { ...instrument, generation, state: 'intended', isSecretLost: false, isClaimed: false };
}

/** A resolution of two people for an instrument about which the rail and the ledger contradict each other. */
export type DisputeResolution = 'ask-again' | 'never-paid' | 'paid';

/** Applies the resolution of two people. It changes only a disputed instrument. */
export function resolveDispute(
  obligation: Obligation,
  name: InstrumentName,
  { resolution, isEnding }: { readonly resolution: DisputeResolution; readonly isEnding: boolean },
): AppliedOutcome {
  const isIt = (instrument: Instrument): boolean =>
    instrument.number === name.number && instrument.generation === name.generation;
  if (!obligation.instruments.some((instrument) => isIt(instrument) && instrument.state === 'disputed'))
    return { obligation, postings: [] };
  // Whatever they decide, somebody may have its code.
  const open = (instrument: Instrument): Instrument =>
    isIt(instrument) ? { ...instrument, state: 'unknown', isSecretLost: false, inquireFirst: true } : instrument;
  const asked: Obligation = { ...obligation, instruments: obligation.instruments.map(open) };
  if (resolution === 'ask-again') return { obligation: asked, postings: [] };
  const outcome: RailOutcome = { type: resolution === 'paid' ? 'collected' : 'definite-no' };
  return applyRailOutcome(asked, name, { outcome, isEnding });
}

/** Applies what the ledger can book although nobody can be told a code or receive another instrument. */
export function applyWithoutHousehold(
  obligation: Obligation,
  name: InstrumentName,
  outcome: RailOutcome | DisputeResolution,
): AppliedOutcome {
  if (typeof outcome === 'string') return resolveDispute(obligation, name, { resolution: outcome, isEnding: true });
  const isForPeople = outcome.type === 'issued' || outcome.type === 'definite-no';
  const booked: RailOutcome = isForPeople ? { type: 'contradiction' } : outcome;
  return applyRailOutcome(obligation, name, { outcome: booked, isEnding: true });
}

/** Only an answer of the rail to the question that was asked changes an instrument. Nothing changes an ended one. */
function canMove({ state, isSecretLost, inquireFirst }: Instrument, outcome: RailOutcome): boolean {
  const isOpen = state === 'intended' || state === 'unknown';
  switch (outcome.type) {
    case 'collected':
      return state === 'issued' || (isOpen && inquireFirst);
    case 'contradiction':
      return isOpen || state === 'issued';
    case 'issued':
      // An instrument whose code was lost is being voided, so a late answer with the code is of no use.
      return isOpen && !isSecretLost;
    case 'definite-no':
      return isOpen || (state === 'issued' && isSecretLost);
    case 'unknown':
    case 'send-again':
    case 'secret-lost':
    case 'unchanged':
      return isOpen;
  }
}
