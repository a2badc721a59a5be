const sentences = {
  'unhandled-contract': 'The service has no handler for a contract that is addressed to it.',
  'foreign-contract': 'A handler is declared for a contract that is addressed to another service.',
  'handled-twice': 'Two handlers are declared for one contract.',
  'foreign-message': 'Only the producer of a contract may publish its messages.',
  'day-out-of-range': 'A message has a day for which no outbox exists.',
  'unit-ended': 'A message was published after its transaction had ended.',
  'wrong-results': 'A handler must give exactly one result for each delivery.',
  'not-stored': 'The outbox has no partition or epoch; the bus must be started first.',
  halted: 'The bus has been stopped in the middle of its work.',
  'rules-not-in-force': 'The broker has not put the access rules into force.',
  'settings-not-in-force': 'The broker has not put the settings of the topics into force.',
  'too-few-brokers': 'The cluster has fewer brokers than the copies that are asked for.',
  copying: 'The brokers are still copying; it goes on by itself.',
  'already-started': 'The bus or its consumer is started already.',
} as const;

export type BusErrorCode = keyof typeof sentences;

const retriable: ReadonlySet<BusErrorCode> = new Set(['not-stored']);

/** The only error that this library throws on purpose. Its message is a fixed sentence and holds no value. */
export class BusError extends Error {
  override readonly name = 'BusError';
  readonly canRetry: boolean;

  constructor(readonly code: BusErrorCode) {
    super(sentences[code]);
    this.canRetry = retriable.has(code);
  }
}
