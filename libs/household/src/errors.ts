const sentences = {
  'no-day-key': 'The directory has no valid key for this day.',
  'other-contracts': 'The page is too old or too new. Load it again.',
  'unknown-code': 'An answer is not in the lists of the city.',
  refused: 'The service refused the request.',
  unreachable: 'The service cannot be reached.',
  'no-more-requests': 'No further request can be made with this receipt.',
} as const;

export type HouseholdErrorCode = keyof typeof sentences;

/** The errors on a household's device. The message is a fixed sentence; `problem` is the code in intake's answer. */
export class HouseholdError extends Error {
  override readonly name = 'HouseholdError';
  readonly canRetry: boolean;

  constructor(
    readonly code: HouseholdErrorCode,
    readonly problem?: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(sentences[code]);
    this.canRetry = code === 'unreachable' || retryAfterSeconds !== undefined;
  }
}
