import { BusError, prepareTopics } from '#libs/bus';
import { aclsFor, services, topicConfigs, type TopicOptions } from '#libs/contracts';

import type { KafkaUser } from './kafka.js';
import { StackProblem } from './problem.js';

/**
 * Gives a broker the topics and access rules that the contracts declare, and removes every other rule of a service. Can
 * be repeated.
 *
 * @throws StackProblem 'topics-failed'
 */
export async function declareTopics(brokers: string, admin: KafkaUser, options: TopicOptions): Promise<void> {
  const connection = { brokers: brokers.split(','), ...admin };
  const rules = services.flatMap((service) => aclsFor(service));
  try {
    await prepareTopics(connection, topicConfigs(options), rules, { isExact: true });
  } catch (error) {
    const { type, name } = error as { readonly type?: string; readonly name: string };
    throw new StackProblem('topics-failed', error instanceof BusError ? error.code : (type ?? name));
  }
}
