import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import pg from 'pg';

export async function asAdmin<T>(client: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = client.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Returns `ok`, or the error name with which the broker refused. */
export async function outcomeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    return wordOf(error);
  }
}

/** Finds the broker's error, which the client wraps, sometimes twice. */
function wordOf(error: unknown): string {
  const { type, errors, cause, name } = error as Error & { type?: string; errors?: readonly unknown[] };
  if (type !== undefined) return type;
  const inner = errors?.[0] ?? cause;
  return inner === undefined ? name : wordOf(inner);
}

export function alterRetention(admin: Admin, topic: string): Promise<unknown> {
  const configEntries = [{ name: 'retention.ms', value: '864000000' }];
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries };
  return admin.alterConfigs({ validateOnly: true, resources: [resource] });
}

/** Reads one record of a topic, from the beginning. @returns `ok`, or the error name with which the broker refused */
export async function readOnce(client: Kafka, groupId: string, topic: string): Promise<string> {
  const consumer = client.consumer({
    groupId,
    sessionTimeout: 6_000,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
  });
  const { promise: first, resolve, reject } = Promise.withResolvers<void>();
  consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
  try {
    return await outcomeOf(async () => {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve(resolve()) });
      await first;
    });
  } finally {
    first.catch(() => undefined);
    await consumer.disconnect();
  }
}

export async function sql(url: string, statement: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(statement);
    return result.rows;
  } finally {
    await client.end();
  }
}

/** Returns `ok`, or the SQLSTATE. */
export async function sqlOutcome(url: string, statement: string): Promise<string> {
  try {
    await sql(url, statement);
    return 'ok';
  } catch (error) {
    return String((error as { code?: string }).code);
  }
}
