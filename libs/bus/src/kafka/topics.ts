import type { AclRule, TopicConfig } from '#libs/contracts';
import type { Admin } from 'kafkajs';

import { Backoff } from '../trouble/backoff.js';
import { applyRules } from './access-rules.js';
import { kafkaClient, kafkaErrorType, type KafkaConnection } from './kafka-client.js';
import { addCopies, copiesOf, type CopiesOfTopic } from './topic-copies.js';
import { configure } from './topic-settings.js';

const KNOWN_WITHIN_MS = 30_000;
const NOT_YET = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']);
/** Kafka's word for: what the broker is set to. */
const AS_THE_BROKER = -1;

export interface PrepareOptions {
  /**
   * How many brokers hold each topic. An existing topic that has fewer gets more. Absent: a new topic gets what the
   * broker is set to (`default.replication.factor`), and an existing one stays as it is.
   */
  readonly copies?: number | undefined;
  /** An existing topic that has fewer partitions than declared gets more. */
  readonly isGrown?: boolean;
  /** Removes every other rule of the same principals, because the contracts declare all that they may do. */
  readonly isExact?: boolean;
}

/** What `prepareTopics` did and found. */
export interface PreparedTopics {
  readonly created: readonly string[];
  /** Existing topics that got a setting, partitions or copies. */
  readonly changed: readonly string[];
  /** The fewest copies that a partition of each topic has. */
  readonly copies: readonly CopiesOfTopic[];
}

/**
 * Creates topics and rights as declared, on a broker of one's own. Of an existing topic it changes only what differs
 * from the declaration, so that the settings of an operator stay. It can run any number of times.
 * @throws BusError `rules-not-in-force`, `settings-not-in-force`, `too-few-brokers`, `copying`
 */
export async function prepareTopics(
  connection: KafkaConnection,
  topics: readonly TopicConfig[],
  acls: readonly AclRule[],
  { copies, isGrown = false, isExact = false }: PrepareOptions = {},
): Promise<PreparedTopics> {
  const admin = kafkaClient(connection, 'prepare-topics').admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter(({ topic }) => !existing.has(topic));
    const present = topics.filter(({ topic }) => existing.has(topic));
    await create(admin, missing, copies);
    const grown = isGrown ? await addPartitions(admin, present) : [];
    const copied = copies === undefined ? [] : await addCopies(admin, namesOf(present), copies);
    // The number of acknowledgements that a topic demands follows from its copies, so it is set when these are there.
    const held = await untilKnown(() => copiesOf(admin, namesOf(topics)));
    const set = await untilKnown(() => configure(admin, topics, held));
    if (acls.length > 0) await applyRules(admin, acls, isExact);
    const created = namesOf(missing);
    const changed = new Set([...grown, ...copied, ...set].filter((topic) => existing.has(topic)));
    return { created, changed: [...changed], copies: held };
  } finally {
    await admin.disconnect();
  }
}

function namesOf(topics: readonly TopicConfig[]): string[] {
  return topics.map(({ topic }) => topic);
}

async function create(admin: Admin, missing: readonly TopicConfig[], copies: number | undefined): Promise<void> {
  if (missing.length === 0) return;
  try {
    await admin.createTopics({
      // The client's own wait fails on the first answer of a broker that does not know the topic yet.
      waitForLeaders: false,
      topics: missing.map(({ topic, partitions, config }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: copies ?? AS_THE_BROKER,
        configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
      })),
    });
  } catch (error) {
    // Another process created them at the same moment.
    if (kafkaErrorType(error) !== 'TOPIC_ALREADY_EXISTS') throw error;
  }
  await untilKnown(async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: namesOf(missing) });
    if (topics.some(({ partitions }) => partitions.some(({ leader }) => leader < 0))) throw new LeaderlessError();
  });
}

/** @returns the topics that got more partitions */
async function addPartitions(admin: Admin, present: readonly TopicConfig[]): Promise<string[]> {
  if (present.length === 0) return [];
  const { topics } = await admin.fetchTopicMetadata({ topics: namesOf(present) });
  const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  const few = present.filter(({ topic, partitions }) => (counts.get(topic) ?? partitions) < partitions);
  if (few.length > 0) {
    await admin.createPartitions({
      topicPartitions: few.map(({ topic, partitions }) => ({ topic, count: partitions })),
    });
  }
  return namesOf(few);
}

class LeaderlessError extends Error {
  readonly type = 'LEADER_NOT_AVAILABLE';
}

/** Retries until the answering broker knows a new topic, which takes a moment. */
async function untilKnown<T>(act: () => Promise<T>): Promise<T> {
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
