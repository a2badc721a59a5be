/** The refusals of every route: a stable code, a sentence for a person, and whether a repetition can help. */
export const problems = {
  'not-http': { status: 400, canRetry: false, sentence: 'This is not a valid HTTP request.' },
  'too-many-headers': { status: 431, canRetry: false, sentence: 'The request has too many headers.' },
  'unknown-query': { status: 400, canRetry: false, sentence: 'The address may not contain a query or a fragment.' },
  'not-json': { status: 400, canRetry: false, sentence: 'The body is not valid JSON.' },
  'duplicate-key': { status: 400, canRetry: false, sentence: 'An object in the body has the same key twice.' },
  'invalid-body': { status: 400, canRetry: false, sentence: 'The body does not match the contract of this route.' },
  'unknown-field': {
    status: 400,
    canRetry: false,
    sentence: 'The body has a field that the contract does not declare.',
  },
  'wrong-media-type': { status: 415, canRetry: false, sentence: 'Send the body as application/json.' },
  'encoded-body': { status: 415, canRetry: false, sentence: 'Send the body as it is, without any encoding.' },
  'too-large': { status: 413, canRetry: false, sentence: 'The body is too large.' },
  'unknown-contracts': { status: 400, canRetry: false, sentence: 'The page is too old or too new. Load it again.' },
  'day-over': {
    status: 410,
    canRetry: false,
    sentence: 'That day is over. Seal the data again with the keys of today.',
  },
  'day-to-come': { status: 400, canRetry: false, sentence: 'That day has not begun. Set the clock of the device.' },
  'other-content': { status: 409, canRetry: false, sentence: 'Other content was already sent under this number.' },
  'not-signed': { status: 401, canRetry: false, sentence: 'The signature is missing or not valid.' },
  'wrong-clock': {
    status: 401,
    canRetry: false,
    sentence: 'The clock of the sender is wrong. Sign again by the time in the field now.',
  },
  'unknown-device': { status: 401, canRetry: false, sentence: 'The signature is not that of an enrolled device.' },
  'revoked-device': { status: 401, canRetry: false, sentence: 'The key of this device is revoked.' },
  replayed: { status: 401, canRetry: false, sentence: 'This signed request was received before. Sign it again.' },
  'not-allowed': { status: 403, canRetry: false, sentence: 'You are not permitted to do this.' },
  'not-found': {
    status: 404,
    canRetry: false,
    sentence: 'The address, or the item that the request names, does not exist.',
  },
  'not-now': { status: 409, canRetry: false, sentence: 'The present state does not allow this operation.' },
  'not-processed': {
    status: 422,
    canRetry: false,
    sentence: 'The service cannot process this request. Ask a person for help.',
  },
  busy: {
    status: 503,
    canRetry: true,
    sentence: 'The service is busy. Try again after the time in the header Retry-After.',
  },
  'too-many': { status: 429, canRetry: true, sentence: 'Too many requests. Try again later.' },
  unavailable: { status: 503, canRetry: true, sentence: 'The service is unavailable. Try again later.' },
} as const satisfies Record<string, { status: number; canRetry: boolean; sentence: string }>;

export type ProblemCode = keyof typeof problems;

interface ProblemDetails {
  /** The declared name of the field that was refused. */
  readonly field?: string;
  readonly retryAfterSeconds?: number;
  /** The time of the service, for a sender whose clock is wrong. */
  readonly now?: Date;
}

/**
 * A refusal that reaches the caller. It carries no input; `field` is a declared name. Its cause, if there is one, is
 * only for the log.
 */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    readonly details: ProblemDetails = {},
    options?: ErrorOptions,
  ) {
    super(problems[code].sentence, options);
  }
}

/** The body of a problem by RFC 9457. `type` is a name and no URL, so that it does not show where the service runs. */
export function problemBody(problem: Problem): Readonly<Record<string, unknown>> {
  const { status, canRetry, sentence } = problems[problem.code];
  const { field = '', now } = problem.details;
  return {
    type: `urn:problem:${problem.code}`,
    title: sentence,
    status,
    code: problem.code,
    canRetry,
    ...(field === '' ? {} : { field }),
    ...(now === undefined ? {} : { now: now.toISOString() }),
  };
}
