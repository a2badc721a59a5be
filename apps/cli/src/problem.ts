/** Why a command of an operator was not done, each with the sentence a person reads. */
const sentences = {
  'not-running': 'No system runs in this folder. Start one with npm start, or name it with --root or --city.',
  'bad-city': 'The file that describes the city, or the file of its keys, cannot be read.',
  'bad-option': 'An option is not understood.',
  'no-key': 'There is no key with which this could be signed.',
  'not-reached': 'A service does not answer.',
  refused: 'It was not done.',
  'topics-failed': 'Kafka refused the topics or their access rules.',
  'not-done': 'It did not come to an end in time; it goes on by itself.',
} as const;

export type OperateProblemCode = keyof typeof sentences;

/** An expected reason; the message is one sentence and where it happened. */
export class OperateProblem extends Error {
  override readonly name: string = 'OperateProblem';

  constructor(
    readonly code: OperateProblemCode,
    hint?: string,
  ) {
    super(hint === undefined ? sentences[code] : `${sentences[code]} (${hint})`);
  }
}

/** A service has refused what was asked of it. */
export class Refusal extends OperateProblem {
  constructor(
    hint: string,
    /** The service's own code: `not-found`, `not-now`. */
    readonly answer: string | undefined,
  ) {
    super('refused', hint);
  }
}
