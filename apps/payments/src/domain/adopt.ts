import type { AccountKind, Posting } from './money.js';
import { presentInstruments, type Obligation, type Instrument } from './obligation.js';
import type { RailReply } from './rail.js';

/** A rail's knowledge of one generation of one instrument. */
export interface Finding {
  readonly number: number;
  readonly generation: number;
  readonly reply: Extract<RailReply['type'], 'issued' | 'collected' | 'void' | 'pending' | 'other-amount'>;
}

export interface AdoptInput {
  readonly obligation: Obligation;
  /** Everything that the rail knows of the obligation. */
  readonly findings: readonly Finding[];
  /** Amounts of the instruments, used if the ledger has none yet. */
  readonly amounts: readonly bigint[];
  /** The payout method of the rail. */
  readonly payoutMethod: string;
  /** A fund that may pay the obligation and has enough money, used if the ledger names none yet. */
  readonly fund: string | undefined;
}

export type Adoption =
  /** The ledger knows it already, or will learn it by an inquiry of its own. */
  | { readonly type: 'known' }
  | { readonly type: 'adopted'; readonly obligation: Obligation; readonly postings: readonly Posting[] }
  /** No fund has the money that has already left. */
  | { readonly type: 'no-money' }
  /**
   * Two generations of one instrument are alive, or a generation is alive that the ledger has as paid. People must
   * look.
   */
  | { readonly type: 'contradiction' };

/** The account with the money of an instrument in this state; undefined: the money is in its fund. */
const accounts: Readonly<Record<Instrument['state'], AccountKind | undefined>> = {
  'waiting-release': 'reserved',
  capped: 'reserved',
  intended: 'in-flight',
  unknown: 'in-flight',
  disputed: 'in-flight',
  issued: 'outstanding',
  collected: 'paid',
  void: undefined,
};

/**
 * Takes into the ledger the instruments that the rail knows and the ledger does not. An adopted instrument becomes
 * `unknown`, so that it can neither be sent under another reference nor be taken back. After the freeze is lifted, an
 * inquiry finds its real state.
 */
export function adopt(input: AdoptInput): Adoption {
  const byNumber = Map.groupBy(input.findings, ({ number }) => number);
  const isForgotten = [...byNumber].some(([number, findings]) => !isKnown(input.obligation, number, findings));
  if (!isForgotten) return { type: 'known' };
  const ready = withInstruments(input);
  if (ready === undefined) return { type: 'no-money' };
  let { obligation } = ready;
  const postings = [...ready.postings];
  for (const [number, findings] of byNumber) {
    if (isKnown(obligation, number, findings)) continue;
    const living = findings.filter(({ reply }) => reply !== 'void');
    const newest = findings.reduce((last, each) => (each.generation > last.generation ? each : last));
    const present = presentInstruments(obligation).find((each) => each.number === number);
    if (present === undefined || present.state === 'collected') return { type: 'contradiction' };
    if (living.length > 1 || living.some((each) => each !== newest) || newest.generation < present.generation) {
      return { type: 'contradiction' };
    }
    obligation = withFound(obligation, present, { generation: newest.generation, payoutMethod: input.payoutMethod });
    const from = accounts[present.state] ?? 'available';
    if (from !== 'in-flight') postings.push(posting(obligation, { from, to: 'in-flight' }, present.amountCents));
  }
  return { type: 'adopted', obligation, postings };
}

/** True if the ledger has the state that the rail reports, or will ask about it under the same reference. */
function isKnown(obligation: Obligation, number: number, findings: readonly Finding[]): boolean {
  const present = presentInstruments(obligation).find((each) => each.number === number);
  if (present === undefined) return false;
  return findings.every(({ generation, reply }) => {
    if (generation > present.generation) return false;
    if (generation < present.generation) return reply === 'void';
    switch (present.state) {
      case 'unknown':
      case 'disputed':
        return true;
      case 'issued':
        return reply === 'issued' || reply === 'collected';
      case 'collected':
        return reply === 'collected';
      case 'void':
        return reply === 'void';
      case 'intended':
        return present.isClaimed;
      case 'waiting-release':
      case 'capped':
        return false;
    }
  });
}

/** The obligation with money and instruments, as they were when they were sent. */
function withInstruments(
  input: AdoptInput,
): { readonly obligation: Obligation; readonly postings: Posting[] } | undefined {
  const { obligation, fund, amounts, payoutMethod } = input;
  const isPromised = obligation.status === 'reserved';
  if (obligation.instruments.length > 0) {
    if (isPromised || obligation.fund !== undefined)
      return { obligation: { ...obligation, status: 'reserved' }, postings: [] };
  }
  const paying = obligation.fund ?? fund;
  if (paying === undefined) return undefined;
  const promised: Obligation = { ...obligation, status: 'reserved', fund: paying };
  const instruments = amounts.map((amountCents, number): Instrument => ({
    number,
    generation: 0,
    amountCents,
    payoutMethod: payoutMethod,
    site: undefined,
    state: 'waiting-release',
    isSecretLost: false,
    isClaimed: false,
    inquireFirst: true,
  }));
  const postings = isPromised ? [] : [posting(promised, { from: 'available', to: 'reserved' }, obligation.amountCents)];
  return {
    obligation: { ...promised, instruments: obligation.instruments.length > 0 ? obligation.instruments : instruments },
    postings,
  };
}

/** Generations below the found one ended with a definite no; otherwise there would be no later one. */
function withFound(
  obligation: Obligation,
  present: Instrument,
  found: { readonly generation: number; readonly payoutMethod: string },
): Obligation {
  const others = obligation.instruments.filter(
    (instrument) => instrument.number !== present.number || instrument.generation < present.generation,
  );
  const voided = Array.from({ length: found.generation - present.generation }, (_, at): Instrument => ({
    ...present,
    generation: present.generation + at,
    state: 'void',
  }));
  // It keeps the payout method of this rail, even if the household chose another since, because the inquiry goes to
  // this rail.
  const living: Instrument = { ...present, ...found, state: 'unknown', isSecretLost: false, inquireFirst: true };
  return { ...obligation, instruments: [...others, ...voided, living] };
}

function posting(
  { fund = '', id }: Obligation,
  { from, to }: { readonly from: AccountKind; readonly to: AccountKind },
  amountCents: bigint,
): Posting {
  return { fund, from, to, amountCents, obligation: id };
}
