import type { TopicConfig } from '#libs/contracts';
import kafkajs, { type Admin } from 'kafkajs';

import { acknowledgementsFor, type CopiesOfTopic } from './topic-copies.js';
import { inForce, untilTrue } from './until.js';

// Node cannot import these by name from the client's CommonJS.
const { ConfigResourceTypes, ConfigSource } = kafkajs;

type Settings = ReadonlyMap<string, string>;

/** A topic with the settings that it should have. */
interface Wanted {
  readonly topic: string;
  readonly settings: readonly (readonly [name: string, value: string])[];
}

/**
 * Sets what differs from the declaration, and waits until it is in force: the broker answers before it reads a change
 * itself. Kafka's request replaces all settings of a topic, so that those which nobody declared are sent along as they
 * are.
 * @returns the topics that were changed
 * @throws BusError `settings-not-in-force`
 */
export async function configure(
  admin: Admin,
  topics: readonly TopicConfig[],
  held: readonly CopiesOfTopic[],
): Promise<string[]> {
  const copies = new Map(held.map((each) => [each.topic, each.copies]));
  const wanted = topics.map(({ topic, config }): Wanted => {
    const acknowledgements = String(acknowledgementsFor(copies.get(topic) ?? 1));
    return { topic, settings: Object.entries({ ...config, 'min.insync.replicas': acknowledgements }) };
  });
  const present = await settingsOf(admin, wanted);
  const different = unlike(present, wanted);
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
    const isInForce = async () => unlike(await settingsOf(admin, different), different).length === 0;
    await untilTrue(isInForce, { ...inForce, code: 'settings-not-in-force' });
  }
  return different.map(({ topic }) => topic);
}

/** The topics that lack a setting or have another value for it. */
function unlike(present: ReadonlyMap<string, Settings>, wanted: readonly Wanted[]): readonly Wanted[] {
  return wanted.filter(({ topic, settings }) =>
    settings.some(([name, value]) => present.get(topic)?.get(name) !== value),
  );
}

/** The settings that were made for a topic itself, without those that it has from its broker. */
async function settingsOf(admin: Admin, topics: readonly Wanted[]): Promise<ReadonlyMap<string, Settings>> {
  if (topics.length === 0) return new Map();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map(({ topic }) => ({ type: ConfigResourceTypes.TOPIC, name: topic })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => {
      const own = configEntries.filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG);
      return [resourceName, new Map(own.map(({ configName, configValue }) => [configName, configValue]))];
    }),
  );
}
