/** The ways in which content can violate a contract. The list is closed. */
export const contractErrorSentences = {
  'not-json': 'The content is not valid JSON.',
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
