import type { TopicConfig } from '#libs/contracts';
import kafkajs, { type Admin } from 'kafkajs';

import { acknowledgementsFor, type CopiesOfTopic } from './topic-copies.js';

// Node cannot import these by name from the client's CommonJS.
const { ConfigResourceTypes, ConfigSource } = kafkajs;

type Settings = ReadonlyMap<string, string>;

/**
 * Sets what differs from the declaration. Kafka's request replaces all settings of a topic, so that those which nobody
 * declared are sent along as they are.
 * @returns the topics that were changed
 */
export async function configure(
  admin: Admin,
  topics: readonly TopicConfig[],
  held: readonly CopiesOfTopic[],
): Promise<string[]> {
  const copies = new Map(held.map((each) => [each.topic, each.copies]));
  const present = await settingsOf(
    admin,
    topics.map(({ topic }) => topic),
  );
  const wanted = topics.map(({ topic, config }) => {
    const acknowledgements = String(acknowledgementsFor(copies.get(topic) ?? 1));
    return { topic, settings: Object.entries({ ...config, 'min.insync.replicas': acknowledgements }) };
  });
  const different = wanted.filter(({ topic, settings }) =>
    settings.some(([name, value]) => present.get(topic)?.get(name) !== value),
  );
  if (different.length > 0) {
    await admin.alterConfigs({
      validateOnly: false,
      resources: different.map(({ topic, settings }) => ({
        type: ConfigResourceTypes.TOPIC,
        name: topic,
        configEntries: [...new Map([...(present.get(topic) ?? []), ...settings])].map(([name, value]) => ({
          name,
          value,
        })),
      })),
    });
  }
  return different.map(({ topic }) => topic);
}

/** The settings that were made for a topic itself, without those that it has from its broker. */
async function settingsOf(admin: Admin, topics: readonly string[]): Promise<ReadonlyMap<string, Settings>> {
  if (topics.length === 0) return new Map();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => {
      const own = configEntries.filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG);
      return [resourceName, new Map(own.map(({ configName, configValue }) => [configName, configValue]))];
    }),
  );
}
