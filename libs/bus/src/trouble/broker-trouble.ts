export type BrokerTrouble = 'broker-away' | 'broker-refused-login';

/** How the client calls what it throws; by its classes they cannot be told where it has wrapped them. */
const troubles: Readonly<Record<string, BrokerTrouble>> = {
  KafkaJSSASLAuthenticationError: 'broker-refused-login',
  KafkaJSConnectionError: 'broker-away',
  KafkaJSConnectionClosedError: 'broker-away',
  KafkaJSRequestTimeoutError: 'broker-away',
  KafkaJSBrokerNotFound: 'broker-away',
};

/** Undefined where the error says neither: a database's, or a right that is missing. */
export function brokerTroubleOf(error: unknown): BrokerTrouble | undefined {
  for (let each = error, depth = 0; typeof each === 'object' && each !== null && depth < 5; depth += 1) {
    const { name, cause, originalError } = each as Readonly<Record<string, unknown>>;
    const trouble = troubles[String(name)];
    if (trouble !== undefined) return trouble;
    each = cause ?? originalError;
  }
  return undefined;
}

/** As a part of an alarm. */
export function troubleIn(error: unknown): { readonly why?: BrokerTrouble } {
  const why = brokerTroubleOf(error);
  return why === undefined ? {} : { why };
}
