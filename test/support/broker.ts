import kafkajs from 'kafkajs';

import type { TestCity } from './city.js';

/** Works on the broker of a city with all rights. */
export async function asBrokerAdmin<T>(city: TestCity, work: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
  const { brokers, admin: user } = city.stack.broker;
  if (user === undefined) throw new Error('the broker is not ours');
  const client = new kafkajs.Kafka({
    brokers: [brokers],
    sasl: { mechanism: 'scram-sha-256', ...user },
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = client.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** For each member of a group, what it reads: `topic partition`. */
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

/** Removes every record that a topic holds; its offsets go on from there. */
export function cutLog(city: TestCity, topic: string): Promise<void> {
  return asBrokerAdmin(city, async (admin) => {
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({
      topic,
      partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
    });
  });
}
