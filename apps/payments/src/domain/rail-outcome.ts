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

/** Takes what the rail said into the obligation. One that is cancelled or has lapsed gets no further generation. */
export function applyRailOutcome(
  obligation: Obligation,
  name: InstrumentName,
  { outcome, isEnding }: { readonly outcome: RailOutcome; readonly isEnding: boolean },
): AppliedOutcome {
  const instrument = obligation.instruments.find(
    (each) => each.number === name.number && each.generation === name.generation,
  );
  // What another instance has settled meanwhile stays as it is.
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
      // A code that was out is no longer counted as out: where its money is, people must find.
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

/** How people say that an instrument ended, of which the partner's books and ours contradicted each other. */
export type DisputeResolution = 'ask-again' | 'never-paid' | 'paid';

/** Takes what two people have found out into the obligation. Only what is held is theirs to settle. */
export function resolveDispute(
  obligation: Obligation,
  name: InstrumentName,
  { resolution, isEnding }: { readonly resolution: DisputeResolution; readonly isEnding: boolean },
): AppliedOutcome {
  const isIt = (instrument: Instrument): boolean =>
    instrument.number === name.number && instrument.generation === name.generation;
  if (!obligation.instruments.some((instrument) => isIt(instrument) && instrument.state === 'disputed'))
    return { obligation, postings: [] };
  // Whatever they say, its code may be in somebody's hands.
  const open = (instrument: Instrument): Instrument =>
    isIt(instrument) ? { ...instrument, state: 'unknown', isSecretLost: false, inquireFirst: true } : instrument;
  const asked: Obligation = { ...obligation, instruments: obligation.instruments.map(open) };
  if (resolution === 'ask-again') return { obligation: asked, postings: [] };
  const outcome: RailOutcome = { type: resolution === 'paid' ? 'collected' : 'definite-no' };
  return applyRailOutcome(asked, name, { outcome, isEnding });
}

/** Only the rail's own word about what it was asked moves an instrument, and nothing moves one that has come to its end. */
function canMove({ state, isSecretLost, inquireFirst }: Instrument, outcome: RailOutcome): boolean {
  const isOpen = state === 'intended' || state === 'unknown';
  switch (outcome.type) {
    case 'collected':
      return state === 'issued' || (isOpen && inquireFirst);
    case 'contradiction':
      return isOpen || state === 'issued';
    case 'issued':
      // Once its code was lost it is being voided: a late answer that brings the code is of no use any more.
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
