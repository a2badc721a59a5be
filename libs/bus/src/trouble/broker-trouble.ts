export type BrokerTrouble = 'broker-away' | 'broker-refused-login';

/** Names of the client's errors. Their classes cannot be checked where the client has wrapped them. */
const troubles: Readonly<Record<string, BrokerTrouble>> = {
  KafkaJSSASLAuthenticationError: 'broker-refused-login',
  KafkaJSConnectionError: 'broker-away',
  KafkaJSConnectionClosedError: 'broker-away',
  KafkaJSRequestTimeoutError: 'broker-away',
  KafkaJSBrokerNotFound: 'broker-away',
};

/** Returns undefined for other errors: one of the database, or a missing right. */
export function brokerTroubleOf(error: unknown): BrokerTrouble | undefined {
  for (let each = error, depth = 0; typeof each === 'object' && each !== null && depth < 5; depth += 1) {
    const { name, cause, originalError } = each as Readonly<Record<string, unknown>>;
    const trouble = troubles[String(name)];
    if (trouble !== undefined) return trouble;
    each = cause ?? originalError;
  }
  return undefined;
}

/** Returns the trouble as a part of an alarm. */
export function troubleIn(error: unknown): { readonly why?: BrokerTrouble } {
  const why = brokerTroubleOf(error);
  return why === undefined ? {} : { why };
}
