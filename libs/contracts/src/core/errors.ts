/** The ways in which content can violate a contract. The list is closed. */
export const contractErrorSentences = {
  'not-json': 'The content is not valid JSON.',
  'duplicate-key': 'An object of the content has the same key twice.',
  'invalid-number': 'A number of the content is not an integer in its plain spelling.',
  'invalid-text': 'A text of the content holds U+0000 or half a surrogate pair.',
  'too-deep': 'The content has too many objects or lists inside each other.',
  'not-an-object': 'The content must be one JSON object.',
  'unknown-field': 'The content has a field that the contract does not declare.',
  'missing-field': 'A field that the contract requires is missing.',
  'invalid-field': 'A field has a value that the contract does not allow.',
  'wrong-size': 'The content does not have the size that the contract fixes.',
} as const;

export type ContractErrorCode = keyof typeof contractErrorSentences;

/** Carries no value and no undeclared name from outside: `field` is the declared path of the error or of its parent. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  readonly canRetry = false;

  constructor(
    readonly code: ContractErrorCode,
    readonly field: string = '',
  ) {
    super(contractErrorSentences[code]);
  }
}
