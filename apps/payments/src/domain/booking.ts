import { dayNumberOf, HOUR_MS, hourOf, mondayOf } from './calendar.js';
import type { ChainLink, LedgerChange, StoredObligation } from './ledger.js';
import { accountOf, type Posting } from './money.js';
import type { Instrument, InstrumentState, Obligation } from './obligation.js';

/** Ids that are derived under a key of the service. */
export interface DerivedIds {
  /** An order on the waiting list that nobody can choose. */
  orderOf(obligation: string): Uint8Array;
  /** The reference of one generation of an instrument at the rail. */
  railReferenceOf(railName: string, number: number, generation: number): Uint8Array;
}

export interface BookingTerms {
  readonly nowMs: number;
  /** The order on the waiting list is random, or follows arrival. */
  readonly selection: 'random-within-tier' | 'first-complete-first-served-within-tier';
  readonly ids: DerivedIds;
  /** The names of new obligations for their references at the rail. */
  readonly railNames: ReadonlyMap<string, string>;
}

export interface BookedObligation extends StoredObligation {
  /** Its order inside its tier of the waiting list. */
  readonly orderKey: Uint8Array;
}

export interface BookedInstrument {
  readonly obligation: string;
  readonly instrument: Instrument;
  /** Undefined: what it is made from was forgotten. */
  readonly reference: Uint8Array | undefined;
  /** When it is due again, in milliseconds since 1970; null: never. */
  readonly dueMs: number | null;
}

export interface BookedEntry {
  readonly account: string;
  readonly cents: bigint;
  readonly obligation: string | undefined;
}

/** One commit of the ledger: its rows, and the content that its link of the chain vouches for. */
export interface Booking extends Pick<LedgerChange, 'rapid' | 'released'> {
  /** The head of the chain to which it is added. */
  readonly head: ChainLink;
  readonly nowMs: number;
  /** The week and the hour whose limits it counts against, in days and in milliseconds since 1970-01-01. */
  readonly mondayOfWeek: number;
  readonly hourMs: number;
  readonly vouched: object;
  readonly obligations: readonly BookedObligation[];
  readonly instruments: readonly BookedInstrument[];
  readonly entries: readonly BookedEntry[];
  /** Change of the balance of each account. */
  readonly balances: readonly { readonly name: string; readonly cents: bigint }[];
}

/** Makes the rows of a change. Postings are never merged; only the updates of balances are summed. */
export function bookingOf(head: ChainLink, change: LedgerChange, terms: BookingTerms): Booking {
  const { nowMs, selection, ids } = terms;
  const { postings, rapid, released } = change;
  const obligations = change.obligations.map((stored) => ({
    ...stored,
    obligation: withRailName(stored.obligation, terms),
  }));
  const seq = head.seq + 1n;
  const entries = postings.flatMap(entriesOf);
  return {
    head,
    nowMs,
    mondayOfWeek: mondayOf(dayNumberOf(nowMs)),
    hourMs: hourOf(nowMs),
    vouched: vouchedOf(seq, change),
    obligations: obligations.map((stored, at) => ({
      ...stored,
      orderKey: selection === 'random-within-tier' ? ids.orderOf(stored.obligation.id) : orderOfComing(seq, at),
    })),
    instruments: obligations.flatMap(({ obligation: { id, railName, instruments } }) =>
      instruments.map((instrument) => ({
        obligation: id,
        instrument,
        reference:
          railName === undefined ? undefined : ids.railReferenceOf(railName, instrument.number, instrument.generation),
        dueMs: dueOf(instrument, nowMs),
      })),
    ),
    entries,
    balances: balancesOf(entries),
    rapid,
    released,
  };
}

/** An obligation whose rail name was forgotten can be booked, and none of its instruments can be sent. */
function withRailName(obligation: Obligation, { railNames }: BookingTerms): Obligation {
  const railName = obligation.railName ?? railNames.get(obligation.id);
  if (railName !== undefined) return { ...obligation, railName };
  if (obligation.instruments.every(({ state }) => !isSendable.has(state))) return obligation;
  throw new Error('an instrument without a rail name cannot be sent');
}

const isSendable: ReadonlySet<InstrumentState> = new Set(['intended', 'unknown', 'issued', 'capped']);

function entriesOf({ fund, from, to, amountCents, obligation }: Posting): BookedEntry[] {
  return [
    { account: accountOf(fund, from), cents: -amountCents, obligation },
    { account: accountOf(fund, to), cents: amountCents, obligation },
  ];
}

function balancesOf(entries: readonly BookedEntry[]): Booking['balances'] {
  const sums = new Map<string, bigint>();
  for (const { account, cents } of entries) sums.set(account, (sums.get(account) ?? 0n) + cents);
  return [...sums].map(([name, cents]) => ({ name, cents }));
}

/** Grows with each commit and inside one; 12 bytes. */
function orderOfComing(seq: bigint, at: number): Uint8Array {
  const key = new Uint8Array(12);
  const view = new DataView(key.buffer);
  view.setBigUint64(0, seq);
  view.setUint32(8, at);
  return key;
}

/**
 * The content that a link of the chain vouches for, and that is kept for ever: amounts, states, funds, needs, area.
 * Site and rail name are not in it, because they are forgotten when the payment can no longer be disputed.
 */
function vouchedOf(seq: bigint, { obligations, postings }: LedgerChange): object {
  return {
    seq: String(seq),
    obligations: obligations.map(({ obligation }) => JSON.parse(JSON.stringify(obligation, asText)) as object),
    postings: postings.map((posting) => JSON.parse(JSON.stringify(posting, asText)) as object),
  };
}

function asText(key: string, value: unknown): unknown {
  if (key === 'site' || key === 'railName') return undefined;
  return typeof value === 'bigint' ? String(value) : value;
}

/**
 * When an instrument that enters this state is due again; null: never. A whole hour, which does not show its moment.
 */
function dueOf({ state, isSecretLost }: Instrument, nowMs: number): number | null {
  if (state === 'intended' || state === 'unknown' || (state === 'issued' && isSecretLost)) return hourOf(nowMs);
  if (state === 'capped' || state === 'issued') return hourOf(nowMs) + HOUR_MS;
  return null;
}
