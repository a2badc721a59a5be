import type { InstrumentState } from './obligation.js';

/** What the partner said, as far as it can be believed. `lost`: no answer, or one that makes no sense. */
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
 * What is asked of the partner for an instrument in this state; undefined: nothing. From `unknown` only an inquiry, and first
 * an inquiry for what the books may have forgotten.
 */
export function callFor({ state, isSecretLost, inquireFirst }: InstrumentFacts): RailCall | undefined {
  switch (state) {
    case 'intended':
      return inquireFirst ? 'inquire' : 'issue';
    case 'unknown':
      return isSecretLost ? 'void' : 'inquire';
    case 'issued':
      // What is taken back is voided, until the partner says that it is, or that somebody was faster.
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
  /** The code is out, and known: seal it to the household. */
  | { readonly type: 'issued'; readonly code: string }
  /** Nothing is known yet; ask later. */
  | { readonly type: 'unknown' }
  /** The partner does not know the reference: send it again under the same reference, never under another. */
  | { readonly type: 'send-again' }
  /** It is out, and its code was lost on the way: void it; a definite no opens the next generation. */
  | { readonly type: 'secret-lost' }
  /** A definite no. The instrument is paid under the next generation. */
  | { readonly type: 'definite-no' }
  | { readonly type: 'collected' }
  | { readonly type: 'unchanged' }
  /** The partner's books contradict ours: people must look. */
  | { readonly type: 'contradiction' };

export interface Asked {
  readonly call: RailCall;
  readonly state: InstrumentState;
  /** Its code may have been told without the books' knowing. */
  readonly inquireFirst: boolean;
  readonly reference: string;
  readonly amountCents: bigint;
}

/** Turns the partner's reply into what it means for the instrument. A reply about something else is no reply. */
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
      // Collected by a code that the household was never told: somebody else has it.
      return asked.state === 'issued' || asked.inquireFirst ? { type: 'collected' } : { type: 'contradiction' };
    case 'void':
      return asked.state === 'issued' && asked.call !== 'void' ? { type: 'contradiction' } : { type: 'definite-no' };
    case 'not-found':
      // Whoever is told to void something must say that it is void: anything less is no definite no.
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

/** How long to wait before asking again: twice as long each time, up to a minute. */
export function pauseAfter(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10));
}
