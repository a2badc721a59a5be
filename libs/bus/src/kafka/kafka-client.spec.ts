import { afterEach, expect, it, jest } from '@jest/globals';

import { type Kafka, Partitioners, type ConsumerConfig, type ProducerConfig } from 'kafkajs';

import { consumerOf, kafkaClient, producerOf } from './kafka-client.js';

afterEach(() => {
  delete process.env['KAFKAJS_LOG_LEVEL'];
  jest.restoreAllMocks();
});

it.each([undefined, 'debug', 'error'])('the client writes nothing of its own, also at the level %s', (level) => {
  if (level !== undefined) process.env['KAFKAJS_LOG_LEVEL'] = level;
  const printed = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const logger = kafkaClient({ brokers: ['127.0.0.1:1'], username: 'a', password: 'b' }, 'test').logger();
  for (const write of ['error', 'warn', 'info', 'debug'] as const) logger[write]('what a broker says');
  expect(printed.mock.calls).toEqual([]);
});

/** What a client is asked for. */
function askedFor(ask: (client: Kafka) => unknown): unknown[] {
  const asked: unknown[] = [];
  const client = {
    producer: (config: ProducerConfig) => void asked.push(config),
    consumer: (config: ConsumerConfig) => void asked.push(config),
  };
  ask(client as unknown as Kafka);
  return asked;
}

it('a producer makes no topic, sends one request at a time, and has these settings and no others', () => {
  expect(askedFor(producerOf)).toEqual([
    {
      allowAutoTopicCreation: false,
      metadataMaxAge: 20_000,
      createPartitioner: Partitioners.DefaultPartitioner,
      maxInFlightRequests: 1,
    },
  ]);
});

it('a consumer makes no topic, ends for good when it crashes, and has these settings and no others', async () => {
  const asked = askedFor((client) => consumerOf(client, { group: 'g', sessionTimeoutMs: 8_000, maxWaitMs: 50 }));
  const [{ retry }] = asked as [{ retry: { restartOnFailure: () => Promise<boolean> } }];
  expect(asked).toEqual([
    {
      groupId: 'g',
      allowAutoTopicCreation: false,
      metadataMaxAge: 20_000,
      sessionTimeout: 8_000,
      rebalanceTimeout: 16_000,
      heartbeatInterval: 2_000,
      minBytes: 1,
      maxWaitTimeInMs: 50,
      retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 2_000, restartOnFailure: retry.restartOnFailure },
    },
  ]);
  expect(await retry.restartOnFailure()).toBe(false);
});
