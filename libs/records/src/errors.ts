const sentences = {
  'unknown-kind': 'No kind of record with this name is declared.',
  'too-large': 'The record does not fit into the fixed size of its kind.',
  'not-work': 'Only a kind that is declared as work has a due time.',
  'due-missing': 'A record of work needs a due time.',
  'not-ready': 'The record store has no night yet; it must be prepared first.',
  'keys-missing': 'The keyring does not hold the keys of a night that still has records.',
  'not-locked': 'A record may be saved only after it was found for update or put in the same transaction.',
  conflict: 'Another transaction changed the same record first.',
  'too-many-holders': 'Too many processes lease work in one database at the same time.',
  'no-custodian': 'A legal hold needs the public key of a custodian.',
  'not-holdable': 'Records of that kind cannot be held.',
  turning: 'The nightly turn runs. A hold can be placed or lifted after it.',
  damaged: 'A record does not open with the key of its night.',
} as const;

export type RecordsErrorCode = keyof typeof sentences;

/** Codes after which the same transaction can succeed when it runs again. */
const retriable: ReadonlySet<RecordsErrorCode> = new Set([
  'conflict',
  'not-ready',
  'keys-missing',
  'too-many-holders',
  'turning',
]);

/** The only error that this library throws on purpose. Its message is a fixed sentence and holds no value. */
export class RecordsError extends Error {
  override readonly name = 'RecordsError';
  readonly canRetry: boolean;

  constructor(readonly code: RecordsErrorCode) {
    super(sentences[code]);
    this.canRetry = retriable.has(code);
  }
}
