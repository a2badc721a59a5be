import type { InstrumentState } from './obligation.js';

/** The partner's reply, as far as it is credible. `lost`: there was no answer, or a malformed one. */
export type RailReply =
  | {
      readonly type: 'issued';
      readonly reference: string;
      readonly amountCents: bigint;
      readonly code: string | undefined;
    }
  | { readonly type: 'collected'; readonly reference: string; readonly amountCents: bigint }
  | { readonly type: 'void'; readonly reference: string }
  | { readonly type: 'not-found' }
  | { readonly type: 'pending' }
  | { readonly type: 'other-amount' }
  | { readonly type: 'lost' };

export interface InstrumentFacts {
  readonly state: InstrumentState;
  readonly isSecretLost: boolean;
  readonly inquireFirst: boolean;
}

export type RailCall = 'issue' | 'inquire' | 'void';

/**
 * The question to the partner about an instrument in this state; undefined: none. In `unknown` only an inquiry is
 * allowed. An inquiry also comes first if the ledger may have forgotten a payment.
 */
export function callFor({ state, isSecretLost, inquireFirst }: InstrumentFacts): RailCall | undefined {
  switch (state) {
    case 'intended':
      return inquireFirst ? 'inquire' : 'issue';
    case 'unknown':
      return isSecretLost ? 'void' : 'inquire';
    case 'issued':
      // An instrument that is taken back is voided until the partner confirms the void or reports the collection.
      return isSecretLost ? 'void' : 'inquire';
    case 'waiting-release':
    case 'capped':
    case 'collected':
    case 'void':
    case 'disputed':
      return undefined;
  }
}

export type RailOutcome =
  /** The code is issued and known: seal it to the household. */
  | { readonly type: 'issued'; readonly code: string }
  /** The outcome is not known yet; ask later. */
  | { readonly type: 'unknown' }
  /** The partner does not know the reference: send again under the same reference, never under another. */
  | { readonly type: 'send-again' }
  /** It is issued, and its code was lost on the way: void it. A definite no opens the next generation. */
  | { readonly type: 'secret-lost' }
  /** A definite no. The next generation pays the instrument. */
  | { readonly type: 'definite-no' }
  | { readonly type: 'collected' }
  | { readonly type: 'unchanged' }
  /** The partner contradicts the ledger: people must look. */
  | { readonly type: 'contradiction' };

export interface Asked {
  readonly call: RailCall;
  readonly state: InstrumentState;
  /** Its code may have been reported without a trace in the ledger. */
  readonly inquireFirst: boolean;
  readonly reference: string;
  readonly amountCents: bigint;
}

/** Converts the partner's reply into the outcome for the instrument. A reply about another reference counts as none. */
export function outcomeOf(asked: Asked, reply: RailReply): RailOutcome {
  if ('reference' in reply && reply.reference !== asked.reference) return { type: 'unknown' };
  switch (reply.type) {
    case 'issued':
      if (reply.amountCents !== asked.amountCents)
        return asked.call === 'issue' ? { type: 'unknown' } : { type: 'contradiction' };
      if (asked.state === 'issued') return { type: 'unchanged' };
      return reply.code === undefined ? { type: 'secret-lost' } : { type: 'issued', code: reply.code };
    case 'collected':
      if (reply.amountCents !== asked.amountCents) return { type: 'contradiction' };
      // Somebody collected with a code that the household was never told.
      return asked.state === 'issued' || asked.inquireFirst ? { type: 'collected' } : { type: 'contradiction' };
    case 'void':
      return asked.state === 'issued' && asked.call !== 'void' ? { type: 'contradiction' } : { type: 'definite-no' };
    case 'not-found':
      // Only a reply that says void answers a void; anything less is no definite no.
      if (asked.call === 'void') return { type: 'unknown' };
      return asked.state === 'issued' ? { type: 'contradiction' } : { type: 'send-again' };
    case 'other-amount':
      return { type: 'contradiction' };
    case 'pending':
    case 'lost':
      return asked.state === 'issued' ? { type: 'unchanged' } : { type: 'unknown' };
  }
}

/** One payment in the partner's own books. */
export interface StatementItem {
  readonly reference: string;
  readonly state: string;
  readonly amountCents: bigint | undefined;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

/** The pause before the next question. It doubles each time, up to one minute. */
export function pauseAfter(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10));
}
