/** Why a command failed, each with the sentence that the user reads. */
const sentences = {
  'not-running': 'No system runs in this folder. Start one with npm start, or name it with --root or --city.',
  'bad-city': 'The file that describes the city, or the file of its keys, cannot be read.',
  'bad-option': 'An option or argument is not valid.',
  'no-key': 'No suitable key can sign this command.',
  'not-reached': 'A service does not answer.',
  'not-trusted': 'The certificate of a service is not trusted; see `ca` in the file of the city.',
  refused: 'The command was refused.',
  'topics-failed': 'Kafka refused the topics or their access rules.',
  'audit-broken': 'The audit of a service was changed: see docs/runbooks/audit.md.',
  'not-done': 'The work did not end in time; it continues in the background.',
} as const;

export type OperateProblemCode = keyof typeof sentences;

/** An expected failure. The message is one sentence and a hint in parentheses. */
export class OperateProblem extends Error {
  override readonly name: string = 'OperateProblem';

  constructor(
    readonly code: OperateProblemCode,
    hint?: string,
  ) {
    super(hint === undefined ? sentences[code] : `${sentences[code]} (${hint})`);
  }
}

/** A service refused the request. */
export class Refusal extends OperateProblem {
  constructor(
    hint: string,
    /** The service's own code: `not-found`, `not-now`. */
    readonly answer: string | undefined,
  ) {
    super('refused', hint);
  }
}
