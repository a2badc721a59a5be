import { aclsFor, services, topicConfigs, type TopicOptions } from '#libs/contracts';

import type { KafkaConnection } from './kafka-client.js';
import { prepareTopics, type PreparedTopics } from './topics.js';

export interface DeclareOptions extends TopicOptions {
  /** How many brokers hold each topic; absent: what the broker is set to. See `PrepareOptions`. */
  readonly copies?: number | undefined;
  /** An existing topic that has fewer partitions gets more. */
  readonly isGrown?: boolean;
}

/**
 * Gives a broker the topics and access rules of all contracts, and removes every other rule of a service. Can be
 * repeated. Of existing topics it changes only what differs.
 *
 * @throws BusError `rules-not-in-force`, `settings-not-in-force`, `too-few-brokers`, `copying`; what the client throws
 */
export function declareTopics(
  connection: KafkaConnection,
  { copies, isGrown = false, ...options }: DeclareOptions,
): Promise<PreparedTopics> {
  const rules = services.flatMap((service) => aclsFor(service));
  return prepareTopics(connection, topicConfigs(options), rules, { copies, isGrown, isExact: true });
}
