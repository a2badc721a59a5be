import type { AclRule, TopicConfig } from '#libs/contracts';
import kafkajs, { type Admin } from 'kafkajs';

import { Backoff } from '../trouble/backoff.js';
import { applyRules } from './access-rules.js';
import { kafkaClient, kafkaErrorType, type KafkaConnection } from './kafka-client.js';

const KNOWN_WITHIN_MS = 30_000;
const NOT_YET = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']);

// Node cannot import this by name from the client's CommonJS.
const { ConfigResourceTypes } = kafkajs;

export interface PrepareOptions {
  /** 1 if there is one broker. */
  readonly replicationFactor?: number;
  /** Removes every other rule of the same principals, because the contracts declare all that they may do. */
  readonly isExact?: boolean;
}

/**
 * Creates topics and rights as declared, on a broker of one's own. Existing topics stay, but their configuration is set
 * again. It can run any number of times.
 * @throws BusError `rules-not-in-force`
 */
export async function prepareTopics(
  connection: KafkaConnection,
  topics: readonly TopicConfig[],
  acls: readonly AclRule[],
  { replicationFactor = 1, isExact = false }: PrepareOptions = {},
): Promise<void> {
  const admin = kafkaClient(connection, 'prepare-topics').admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter(({ topic }) => !existing.has(topic));
    await create(admin, missing, replicationFactor);
    await untilKnown(() =>
      configure(
        admin,
        topics.filter(({ topic }) => existing.has(topic)),
      ),
    );
    if (acls.length > 0) await applyRules(admin, acls, isExact);
  } finally {
    await admin.disconnect();
  }
}

async function create(admin: Admin, missing: readonly TopicConfig[], replicationFactor: number): Promise<void> {
  if (missing.length === 0) return;
  try {
    await admin.createTopics({
      // The client's own wait fails on the first answer of a broker that does not know the topic yet.
      waitForLeaders: false,
      topics: missing.map(({ topic, partitions, config }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor,
        configEntries: entriesOf(config),
      })),
    });
  } catch (error) {
    // Another process created them at the same moment.
    if (kafkaErrorType(error) !== 'TOPIC_ALREADY_EXISTS') throw error;
  }
  await untilKnown(async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: missing.map(({ topic }) => topic) });
    if (topics.some(({ partitions }) => partitions.some(({ leader }) => leader < 0))) throw new LeaderlessError();
  });
}

async function configure(admin: Admin, topics: readonly TopicConfig[]): Promise<void> {
  if (topics.length === 0) return;
  await admin.alterConfigs({
    validateOnly: false,
    resources: topics.map(({ topic, config }) => ({
      type: ConfigResourceTypes.TOPIC,
      name: topic,
      configEntries: entriesOf(config),
    })),
  });
}

function entriesOf(config: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(config).map(([name, value]) => ({ name, value }));
}

class LeaderlessError extends Error {
  readonly type = 'LEADER_NOT_AVAILABLE';
}

/** Retries until the answering broker knows a new topic, which takes a moment. */
async function untilKnown(act: () => Promise<void>): Promise<void> {
  const backoff = new Backoff(20, 500);
  const deadline = Date.now() + KNOWN_WITHIN_MS;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!NOT_YET.has(kafkaErrorType(error) ?? '') || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, backoff.nextMs()));
    }
  }
}
