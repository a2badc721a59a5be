import type { Behaviour } from './behaviour.js';
import type { Answer } from './entry.js';

/** An answer together with what becomes of it between here and the caller. */
export interface Sent {
  readonly answer: Answer;
  readonly line: Line;
  /** For a late answer. */
  readonly delayMs: number;
}

export type Call = 'issue' | 'inquire' | 'void' | 'message';

/** How a line can fail. */
export type Line = 'whole' | 'late' | 'error' | 'closed' | 'reset' | 'truncated' | 'silent';

/** What a mode does to the answer on its way. */
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
      // Whoever has heard the code at once need not ask for it.
      return call === 'issue' ? 'closed' : 'whole';
  }
}

/** An answer that reaches whoever asked. */
export function plainly(answer: Answer): Sent {
  return { answer, line: 'whole', delayMs: 0 };
}

/** A call that fails before anything was done. */
export const failedBefore: Sent = plainly({ status: 500, body: { error: 'internal' } });

/** A call that is not understood. Nothing of it is repeated. */
export const notUnderstood: Sent = plainly({ status: 400, body: { error: 'invalid-body' } });
