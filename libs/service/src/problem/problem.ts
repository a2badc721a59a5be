/** What a door can answer besides yes: a stable code, a sentence for a person, and whether trying again can help. */
export const problems = {
  'not-http': { status: 400, canRetry: false, sentence: 'This is no request that can be read.' },
  'unknown-query': { status: 400, canRetry: false, sentence: 'Of an address nothing is read but its path.' },
  'not-json': { status: 400, canRetry: false, sentence: 'The body is not valid JSON.' },
  'invalid-body': { status: 400, canRetry: false, sentence: 'The body does not fit what is expected here.' },
  'unknown-field': { status: 400, canRetry: false, sentence: 'The body has a field that is not expected here.' },
  'wrong-media-type': { status: 415, canRetry: false, sentence: 'Send the body as application/json.' },
  'too-large': { status: 413, canRetry: false, sentence: 'The body is larger than anything that is accepted here.' },
  'unknown-contracts': { status: 400, canRetry: false, sentence: 'The page is too old or too new. Load it again.' },
  'day-over': {
    status: 410,
    canRetry: false,
    sentence: 'The keys of that day have ended. Seal it again with keys of today.',
  },
  'day-to-come': { status: 400, canRetry: false, sentence: 'That day has not begun. Set the clock of the device.' },
  'other-content': { status: 409, canRetry: false, sentence: 'Something else was sent under the same number.' },
  'not-signed': { status: 401, canRetry: false, sentence: 'The signature is missing or not valid.' },
  'not-allowed': { status: 403, canRetry: false, sentence: 'This is not yours to do.' },
  'not-found': { status: 404, canRetry: false, sentence: 'There is nothing here.' },
  'not-now': { status: 409, canRetry: false, sentence: 'This cannot be done in the present state.' },
  busy: { status: 503, canRetry: true, sentence: 'Too much at once. Try again after the time that Retry-After tells.' },
  'too-many': { status: 429, canRetry: true, sentence: 'Too many requests. Try again later.' },
  unavailable: { status: 503, canRetry: true, sentence: 'This does not work at the moment. Try again later.' },
} as const satisfies Record<string, { status: number; canRetry: boolean; sentence: string }>;

export type ProblemCode = keyof typeof problems;

/** A refusal that reaches the caller. It carries no value from outside; `field` is a declared name. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    readonly details: { readonly field?: string; readonly retryAfterSeconds?: number } = {},
  ) {
    super(problems[code].sentence);
  }
}

/** RFC 9457. `type` is a name, not an address: nothing of where this runs is told. */
export function problemBody(problem: Problem): Readonly<Record<string, unknown>> {
  const { status, canRetry, sentence } = problems[problem.code];
  return {
    type: `urn:problem:${problem.code}`,
    title: sentence,
    status,
    code: problem.code,
    canRetry,
    ...(problem.details.field === undefined || problem.details.field === '' ? {} : { field: problem.details.field }),
  };
}
