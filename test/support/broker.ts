import { randomUUID } from 'node:crypto';

import kafkajs from 'kafkajs';

import { catalogue, groupOf, startOfDay, type Day, type Service } from '#libs/contracts';

import type { TestCity } from './city.js';

/** Returns a client with all rights on the broker of a city. */
function clientOf(city: TestCity): kafkajs.Kafka {
  const { brokers, admin: user } = city.stack.broker;
  if (user === undefined) throw new Error('the broker is not ours');
  return new kafkajs.Kafka({
    brokers: brokers.split(','),
    sasl: { mechanism: 'scram-sha-256', ...user },
    logLevel: kafkajs.logLevel.NOTHING,
  });
}

export async function asBrokerAdmin<T>(city: TestCity, work: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
  const admin = clientOf(city).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Returns for each member of a group what it reads: `topic partition`. */
export function membersOf(city: TestCity, group: string): Promise<readonly (readonly string[])[]> {
  return asBrokerAdmin(city, async (admin) => {
    const { groups } = await admin.describeGroups([group]);
    return (groups[0]?.members ?? []).map(({ memberAssignment }) => {
      const decoded = kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment);
      const assignment: Readonly<Record<string, readonly number[]>> = decoded?.assignment ?? {};
      return Object.entries(assignment).flatMap(([topic, numbers]) => numbers.map((number) => `${topic} ${number}`));
    });
  });
}

/** Deletes the topics of every contract while services use them. */
export function deleteTopics(city: TestCity): Promise<void> {
  return asBrokerAdmin(city, (admin) => admin.deleteTopics({ topics: catalogue.map(({ topic }) => topic) }));
}

/** Removes every record of a topic. Its offsets continue from there. */
export function cutLog(city: TestCity, topic: string): Promise<void> {
  return asBrokerAdmin(city, async (admin) => {
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({
      topic,
      partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
    });
  });
}

/** Makes a service take everything in a topic as read. No instance of it may run. */
export async function skipLog(city: TestCity, service: Service, topic: string): Promise<void> {
  const ends = await asBrokerAdmin(city, async (admin) => {
    const found = await admin.fetchTopicOffsets(topic);
    await admin.setOffsets({
      groupId: groupOf(service),
      topic,
      partitions: found.map(({ partition, high }) => ({ partition, offset: high })),
    });
    return found;
  });
  for (const { partition, high } of ends) {
    await city.rows(
      service,
      `INSERT INTO applied_offset VALUES ($1, $2, $3)
         ON CONFLICT ON CONSTRAINT applied_offset_key DO UPDATE SET next_offset = excluded.next_offset`,
      [topic, partition, high],
    );
  }
}

/** Returns the bytes of every record in a topic. */
export async function bytesIn(city: TestCity, topic: string): Promise<readonly Buffer[]> {
  const ends = await asBrokerAdmin(city, (admin) => admin.fetchTopicOffsets(topic));
  let left = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  const consumer = clientOf(city).consumer({ groupId: `reader-${randomUUID()}` });
  const found: Buffer[] = [];
  const done = Promise.withResolvers<void>();
  if (left === 0) return found;
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ message: { value } }) => {
        if (value !== null) found.push(value);
        left -= 1;
        if (left === 0) done.resolve();
        return Promise.resolve();
      },
    });
    await done.promise;
    return found;
  } finally {
    await consumer.disconnect();
  }
}

/** Writes an envelope as somebody could who has all rights on the broker but no key. */
export async function writeEnvelope(
  city: TestCity,
  topic: string,
  { value, day }: { readonly value: Buffer; readonly day: Day },
): Promise<void> {
  const producer = clientOf(city).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, messages: [{ key: null, value, timestamp: String(startOfDay(day)) }] });
  await producer.disconnect();
}
