import type { AclRule, TopicConfig } from '#libs/contracts';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ConfigResourceTypes,
  ResourcePatternTypes,
  type AclEntry,
  type Admin,
} from 'kafkajs';

import { kafkaClient, kafkaErrorType, type KafkaConnection } from './kafka-client.js';

const OPERATIONS = {
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
  describe: AclOperationTypes.DESCRIBE,
} as const;

/**
 * Makes topics and rights as declared, on a broker of one's own. What exists is left, apart from a topic's
 * configuration, which is set anew: run it as often as you like.
 * @param replicationFactor 1 on one machine
 */
export async function prepareTopics(
  connection: KafkaConnection,
  topics: readonly TopicConfig[],
  acls: readonly AclRule[],
  replicationFactor = 1,
): Promise<void> {
  const admin = kafkaClient(connection, 'prepare-topics').admin();
  await admin.connect();
  try {
    await createMissing(admin, topics, replicationFactor);
    await configure(admin, topics);
    if (acls.length > 0) await admin.createAcls({ acl: acls.map(aclEntry) });
  } finally {
    await admin.disconnect();
  }
}

async function createMissing(admin: Admin, topics: readonly TopicConfig[], replicationFactor: number): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter(({ topic }) => !existing.has(topic));
  if (missing.length === 0) return;
  try {
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ topic, partitions, config }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor,
        configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
      })),
    });
  } catch (error) {
    // Somebody else prepared them at the same moment.
    if (kafkaErrorType(error) !== 'TOPIC_ALREADY_EXISTS') throw error;
  }
}

async function configure(admin: Admin, topics: readonly TopicConfig[]): Promise<void> {
  if (topics.length === 0) return;
  await admin.alterConfigs({
    validateOnly: false,
    resources: topics.map(({ topic, config }) => ({
      type: ConfigResourceTypes.TOPIC,
      name: topic,
      configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
    })),
  });
}

function aclEntry({ principal, resource, name, operation }: AclRule): AclEntry {
  return {
    principal,
    host: '*',
    resourceType: resource === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
    resourceName: name,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    operation: OPERATIONS[operation],
    permissionType: AclPermissionTypes.ALLOW,
  };
}
