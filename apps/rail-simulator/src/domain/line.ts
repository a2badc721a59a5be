import type { Behaviour } from './behaviour.js';
import type { Answer } from './entry.js';

/** An answer together with the failure of the connection that carries it. */
export interface Sent {
  readonly answer: Answer;
  readonly line: Line;
  /** The delay of a late answer, in milliseconds. */
  readonly delayMs: number;
}

export type Call = 'issue' | 'inquire' | 'void' | 'message';

/** The ways in which a connection can fail. */
export type Line = 'whole' | 'late' | 'error' | 'closed' | 'reset' | 'truncated' | 'silent';

/** The effect of a mode on the connection. */
export function lineOf({ mode }: Behaviour, call: Call): Line {
  switch (mode) {
    case 'ok':
    case 'other-amount':
    case 'other-reference':
      return 'whole';
    case 'slow':
      return 'late';
    case 'error-after':
    case 'error-before':
      return 'error';
    case 'reset':
      return 'reset';
    case 'truncated':
      return 'truncated';
    case 'never-settles':
      return 'silent';
    case 'ok-reply-lost':
    case 'not-found-then-posts':
      return 'closed';
    case 'inquiry-without-secret':
      // A caller that received the code at once does not need to ask for it.
      return call === 'issue' ? 'closed' : 'whole';
  }
}

/** An answer that arrives normally. */
export function plainly(answer: Answer): Sent {
  return { answer, line: 'whole', delayMs: 0 };
}

/** The answer to a call that fails before anything was done. */
export const failedBefore: Sent = plainly({ status: 500, body: { error: 'internal' } });

/** The answer to an invalid call. It repeats no input. */
export const notUnderstood: Sent = plainly({ status: 400, body: { error: 'invalid-body' } });
