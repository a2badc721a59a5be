import { randomBytes } from 'node:crypto';

import { startOfDay, type Day, type Service } from '#libs/contracts';
import { Kafka, logLevel, Partitioners } from 'kafkajs';

import { eventually, type World } from './support.js';

export interface LogRecord {
  readonly partition: number;
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly headers: number;
  readonly value: Buffer;
}

export function superClient(world: World): Kafka {
  return clientOf(world, 'admin');
}

/** A bare client with the rights of one user. */
export function clientOf(world: World, user: Service | 'admin'): Kafka {
  const { brokers, username, password } = world.broker.connection(user);
  return new Kafka({
    brokers: [...brokers],
    sasl: { mechanism: 'scram-sha-256', username, password },
    logLevel: logLevel.NOTHING,
    retry: { retries: 3, initialRetryTime: 50 },
  });
}

/** Reads the records of a topic, as a user with all rights on the broker sees them. */
export async function readLog(world: World, topic: string, count: number): Promise<LogRecord[]> {
  const consumer = superClient(world).consumer({
    groupId: `reader-${randomBytes(6).toString('hex')}`,
    maxWaitTimeInMs: 100,
  });
  const records: LogRecord[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic: world.topic(topic), fromBeginning: true });
  let done: () => void = () => undefined;
  const enough = new Promise<void>((resolve) => {
    done = resolve;
  });
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ partition, message: { offset, timestamp, key, headers, value } }) => {
      records.push({
        partition,
        offset,
        timestamp,
        key,
        headers: Object.keys(headers ?? {}).length,
        value: value ?? Buffer.alloc(0),
      });
      if (records.length >= count) done();
      return Promise.resolve();
    },
  });
  await enough;
  await consumer.disconnect();
  return records;
}

/**
 * Writes to a topic as a user with all rights on the broker, but without any service's keys.
 * @param records stamped with the midnight of `day`, or with `stamp`
 */
export async function writeLog(
  world: World,
  topic: string,
  records: readonly ({ readonly value: Uint8Array } & (
    { readonly day: Day; readonly laterMs?: number } | { readonly stamp: number }
  ))[],
): Promise<void> {
  const producer = superClient(world).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({
    topic: world.topic(topic),
    messages: records.map(({ value, ...when }) => ({
      value: Buffer.from(value),
      timestamp: String('stamp' in when ? when.stamp : startOfDay(when.day) + (when.laterMs ?? 0)),
    })),
  });
  await producer.disconnect();
}

export async function deleteTopic(world: World, topic: string): Promise<void> {
  const admin = superClient(world).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [world.topic(topic)] });
  await eventually(
    () => admin.listTopics(),
    (all) => !all.includes(world.topic(topic)),
  );
  await admin.disconnect();
}
