import { readFileSync } from 'node:fs';

import { BusError, declareTopics as declare } from '#libs/bus';
import type { TopicOptions } from '#libs/contracts';

import type { KafkaUser } from './kafka-options.js';
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
  try {
    await declare(connection, options);
  } catch (error) {
    const { type, name } = error as { readonly type?: string; readonly name: string };
    throw new StackProblem('topics-failed', error instanceof BusError ? error.code : (type ?? name));
  }
}
