import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';

import { prepareTopics } from '#libs/bus';
import {
  addDays,
  catalogue,
  clocks,
  dayOf,
  HOUR_MS,
  startOfDay,
  topicConfigs,
  type Contract,
  type Day,
} from '#libs/contracts';

import { startPrivateBroker, type PrivateBroker } from '../../../test/support/stack.js';

const DELETED_WITHIN_MS = 30_000;
const declared = topicConfigs({ partitions: 1 });
const [{ topic }] = declared as readonly [(typeof declared)[number]];
const today = dayOf(new Date());

let broker: PrivateBroker;
let admin: kafkajs.Admin;
let client: kafkajs.Kafka;

beforeAll(async () => {
  broker = await startPrivateBroker({ retentionCheckMs: 500 });
  const connection = { brokers: broker.brokers, ...broker.admin };
  await prepareTopics(connection, declared, []);
  client = new kafkajs.Kafka({
    brokers: broker.brokers,
    sasl: { mechanism: 'scram-sha-256', ...broker.admin },
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 0 },
  });
  admin = client.admin();
  await admin.connect();
}, 60_000);

afterAll(async () => {
  await admin.disconnect();
  await broker.remove();
});

describe('topics on a broker', () => {
  it('keep what the contracts say, no setting more and none less', async () => {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: declared.map(({ topic: name }) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
    });
    const SET_FOR_THE_TOPIC = 1;
    const found = resources.map(({ resourceName, configEntries }) => [
      resourceName,
      Object.fromEntries(
        configEntries
          .filter(({ configSource }) => (configSource as number) === SET_FOR_THE_TOPIC)
          .map(({ configName, configValue }) => [configName, configValue]),
      ),
    ]);
    expect(Object.fromEntries(found)).toEqual(
      // One broker alone holds these topics, so that it confirms alone.
      Object.fromEntries(declared.map(({ topic: name, config }) => [name, { ...config, 'min.insync.replicas': '1' }])),
    );
    expect(declared.map(({ topic: name }) => name)).toEqual(catalogue.map((contract: Contract) => contract.topic));
    for (const { config } of declared) {
      expect(config).toMatchObject({
        'retention.ms': '864000000',
        'segment.ms': '43200000',
        'cleanup.policy': 'delete',
      });
    }
  });

  it('lose what is older than they keep it, and nothing younger', async () => {
    // Each day is in its own segment, because a segment is half a day long.
    const tooOld = addDays(today, -clocks.topicRetentionDays - 1);
    const stillKept = addDays(today, -clocks.topicRetentionDays + 1);
    for (const day of [tooOld, tooOld, stillKept, today]) await write(day);
    const deadline = performance.now() + DELETED_WITHIN_MS;
    let range = await rangeOf();
    while (range.low !== 2 && performance.now() < deadline) {
      await sleep(200);
      range = await rangeOf();
    }
    expect(range).toEqual({ low: 2, high: 4 });
    // Several more checks of the broker change nothing.
    await sleep(2_000);
    expect(await rangeOf()).toEqual({ low: 2, high: 4 });
  }, 60_000);

  it('take a record of tomorrow shortly before midnight, and none of a day that nobody can have reached', async () => {
    const ahead = (ms: number): Promise<string> => answer(Date.now() + ms);
    expect(await ahead(clocks.intakeGraceMinutes * 60_000)).toBe('taken');
    expect(await ahead(2 * HOUR_MS)).toBe('INVALID_TIMESTAMP');
  });
});

async function write(day: Day): Promise<void> {
  expect(await answer(startOfDay(day))).toBe('taken');
}

async function answer(timestamp: number): Promise<string> {
  const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await producer.send({ topic, messages: [{ value: 'sealed', timestamp: String(timestamp) }] });
    return 'taken';
  } catch (error) {
    return String((error as { type?: unknown }).type);
  } finally {
    await producer.disconnect();
  }
}

async function rangeOf(): Promise<{ readonly low: number; readonly high: number }> {
  const [only] = await admin.fetchTopicOffsets(topic);
  return { low: Number(only?.low), high: Number(only?.high) };
}
