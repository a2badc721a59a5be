import { readFileSync } from 'node:fs';
import { connect, type ConnectionOptions } from 'node:tls';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs, { type Kafka } from 'kafkajs';
import type { StartedTestContainer } from 'testcontainers';

import { contractsFrom, contractsTo, services, topicConfigs, type Contract } from '#libs/contracts';

import type { KafkaUser } from '../../deploy/local/kafka-options.js';
import { declareTopics } from '../../deploy/local/kafka-topics.js';
import type { BrokerAccess } from '../../deploy/local/settings.js';
import { testCertificates, type TestCertificates } from './certificates.js';
import { KafkaContainer } from './kafka-container.js';

let certificates: TestCertificates;
let container: StartedTestContainer;
let access: Required<BrokerAccess>;

beforeAll(async () => {
  certificates = await testCertificates('kafka');
  ({ container, access } = await new KafkaContainer(certificates).startBroker());
  await declareTopics(access, { partitions: 2 });
});
afterAll(async () => {
  await container?.stop();
  await certificates?.remove();
});

function clientOf({ username, password }: KafkaUser): Kafka {
  return new kafkajs.Kafka({
    brokers: access.brokers.split(','),
    ssl: { ca: [readFileSync(access.ca, 'utf8')] },
    sasl: { mechanism: 'scram-sha-256', username, password },
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 1, initialRetryTime: 50 },
  });
}

/** The result of writing one record: `sent`, or the broker's error. */
async function written(user: KafkaUser, topic: string): Promise<string> {
  const producer = clientOf(user).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  try {
    await producer.connect();
    const midnight = new Date().setUTCHours(0, 0, 0, 0);
    await producer.send({ topic, messages: [{ value: Buffer.alloc(16), timestamp: String(midnight) }] });
    return 'sent';
  } catch (error) {
    const { type, name, cause } = error as { type?: string; name: string; cause?: { type?: string } };
    return type ?? cause?.type ?? name;
  } finally {
    await producer.disconnect();
  }
}

describe('the Kafka of the image', () => {
  it('has the topics of the contracts and no other', async () => {
    const admin = clientOf(access.admin).admin();
    await admin.connect();
    const topics = await admin.listTopics();
    await admin.disconnect();
    expect(topics.filter((topic) => !topic.startsWith('__')).sort()).toEqual(
      topicConfigs({ partitions: 2 })
        .map(({ topic }) => topic)
        .sort(),
    );
  });

  it('lets each service write its own messages, and none that are for it', async () => {
    for (const service of services) {
      const user = access.users[service];
      const [own] = contractsFrom(service) as readonly Contract[];
      const [foreign] = contractsTo(service) as readonly Contract[];
      if (own !== undefined) expect([service, await written(user, own.topic)]).toEqual([service, 'sent']);
      expect([service, await written(user, foreign?.topic ?? '')]).toEqual([service, 'TOPIC_AUTHORIZATION_FAILED']);
    }
  });

  it('speaks TLS 1.3 alone, and no plain text', async () => {
    const [host = '', port = ''] = access.brokers.split(':');
    const ca = readFileSync(access.ca);
    const protocolOf = (options: ConnectionOptions): Promise<string | null> =>
      new Promise((resolve, reject) => {
        const socket = connect({ host, port: Number(port), ca, ...options }, () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.on('error', reject);
      });
    expect(await protocolOf({})).toBe('TLSv1.3');
    await expect(protocolOf({ maxVersion: 'TLSv1.2' })).rejects.toThrow();
    await expect(protocolOf({ ca: undefined })).rejects.toThrow();
    const plain = new kafkajs.Kafka({
      brokers: access.brokers.split(','),
      sasl: { mechanism: 'scram-sha-256', ...access.users.intake },
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { retries: 0 },
    }).admin();
    await expect(plain.connect()).rejects.toThrow();
    await plain.disconnect();
  });

  it('knows nobody whose password is another', async () => {
    const stranger = { ...access.users.intake, password: 'guessed' };
    const admin = clientOf(stranger).admin();
    await expect(admin.connect()).rejects.toMatchObject({ name: 'KafkaJSSASLAuthenticationError' });
    await admin.disconnect();
  });
});
