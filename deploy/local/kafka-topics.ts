import { readFileSync } from 'node:fs';

import { BusError, prepareTopics } from '#libs/bus';
import { aclsFor, services, topicConfigs, type TopicOptions } from '#libs/contracts';

import type { KafkaUser } from './kafka.js';
import { StackProblem } from './problem.js';

/** A broker, its administrator, and the PEM file of its authority if it speaks TLS. */
export interface BrokerAdmin {
  readonly brokers: string;
  readonly admin: KafkaUser;
  readonly ca?: string;
}

/**
 * Gives a broker the topics and access rules that the contracts declare, and removes every other rule of a service. Can
 * be repeated.
 *
 * @throws StackProblem 'topics-failed'
 */
export async function declareTopics({ brokers, admin, ca }: BrokerAdmin, options: TopicOptions): Promise<void> {
  const secure = ca === undefined ? {} : { ca: readFileSync(ca, 'utf8') };
  const connection = { brokers: brokers.split(','), ...admin, ...secure };
  const rules = services.flatMap((service) => aclsFor(service));
  try {
    await prepareTopics(connection, topicConfigs(options), rules, { isExact: true });
  } catch (error) {
    const { type, name } = error as { readonly type?: string; readonly name: string };
    throw new StackProblem('topics-failed', error instanceof BusError ? error.code : (type ?? name));
  }
}
