import type { AccountKind, Posting } from './money.js';
import { presentInstruments, type Obligation, type Instrument } from './obligation.js';
import type { RailReply } from './rail.js';

/** What a rail knows of one generation of one instrument. */
export interface Finding {
  readonly number: number;
  readonly generation: number;
  readonly reply: Extract<RailReply['type'], 'issued' | 'collected' | 'void' | 'pending' | 'other-amount'>;
}

export interface AdoptInput {
  readonly obligation: Obligation;
  /** Everything that the rail knows of it. */
  readonly findings: readonly Finding[];
  /** Amounts of its instruments, where the books have none yet. */
  readonly amounts: readonly bigint[];
  /** The way that the rail pays in. */
  readonly payoutMethod: string;
  /** A fund that may pay it and holds enough, where it has none yet. */
  readonly fund: string | undefined;
}

export type Adoption =
  /** The books know it already, or can find it out by themselves. */
  | { readonly type: 'known' }
  | { readonly type: 'adopted'; readonly obligation: Obligation; readonly postings: readonly Posting[] }
  /** No fund holds what has already left. */
  | { readonly type: 'no-money' }
  /** Two generations of one instrument live, or one that the books have seen paid: people must look. */
  | { readonly type: 'contradiction' };

/** Where the money of an instrument stands; undefined: it was given back, or never taken. */
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
 * Takes into the books what a rail has done that they have forgotten, or never came to know. What it has becomes
 * `unknown`, so that it can neither be sent under another reference nor be taken back; what it really is, the rail is
 * asked once the hold is lifted.
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

/** The books know of this instrument what the rail knows, or will ask it by themselves under the right reference. */
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

/** The obligation with money and instruments, as it had them when they were sent. */
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

/** Generations below the found one have come to a definite no, or there would not be another. */
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
  // It goes on in the way it was paid, whatever was asked for since: it is this rail that is asked about it.
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
