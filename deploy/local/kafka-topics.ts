import kafkajs, { type Admin } from 'kafkajs';

import { type AclRule, aclsFor, services, topicConfigs } from '#libs/contracts';

import type { KafkaUser } from './kafka.js';
import { StackProblem } from './problem.js';

// A CommonJS package: Node finds its names only on the default import.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ConfigResourceTypes, ResourcePatternTypes } = kafkajs;

const operations = {
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
  describe: AclOperationTypes.DESCRIBE,
} as const;
const resources = { topic: AclResourceTypes.TOPIC, group: AclResourceTypes.GROUP } as const;

/**
 * Gives a broker the topics and the access rules that the contracts declare: makes what is missing, corrects settings,
 * and takes away every rule of a service that no contract asks for. Can be repeated.
 *
 * @throws StackProblem 'topics-failed'
 */
export async function prepareTopics(brokers: string, admin: KafkaUser, partitions: number): Promise<void> {
  const client = new kafkajs.Kafka({
    clientId: 'set-up',
    brokers: brokers.split(','),
    sasl: { mechanism: 'scram-sha-256', ...admin },
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 8, initialRetryTime: 100 },
  });
  const connection = client.admin();
  try {
    await connection.connect();
    await applyTopics(connection, partitions);
    await applyRules(connection);
  } catch (error) {
    throw new StackProblem('topics-failed', (error as { readonly type?: string }).type ?? (error as Error).name);
  } finally {
    await connection.disconnect();
  }
}

async function applyTopics(admin: Admin, partitions: number): Promise<void> {
  const wanted = topicConfigs({ partitions });
  const present = new Set(await admin.listTopics());
  const entries = (config: Readonly<Record<string, string>>) =>
    Object.entries(config).map(([name, value]) => ({ name, value }));
  const missing = wanted.filter(({ topic }) => !present.has(topic));
  const old = wanted.filter(({ topic }) => present.has(topic));
  if (missing.length > 0) {
    await admin.createTopics({
      topics: missing.map(({ topic, config }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: 1,
        configEntries: entries(config),
      })),
    });
  }
  if (old.length > 0) {
    await admin.alterConfigs({
      validateOnly: false,
      resources: old.map(({ topic, config }) => ({
        type: ConfigResourceTypes.TOPIC,
        name: topic,
        configEntries: entries(config),
      })),
    });
  }
}

async function applyRules(admin: Admin): Promise<void> {
  const wanted = services.flatMap((service) => aclsFor(service));
  await removeOtherRules(admin, wanted);
  await admin.createAcls({
    acl: wanted.map((rule) => ({
      principal: rule.principal,
      host: '*',
      operation: operations[rule.operation],
      permissionType: AclPermissionTypes.ALLOW,
      resourceType: resources[rule.resource],
      resourceName: rule.name,
      resourcePatternType: ResourcePatternTypes.LITERAL,
    })),
  });
}

async function removeOtherRules(admin: Admin, wanted: readonly AclRule[]): Promise<void> {
  const nameOf = (principal: string, type: number, name: string, operation: number) =>
    [principal, type, name, operation].join(' ');
  const keep = new Set(
    wanted.map((rule) => nameOf(rule.principal, resources[rule.resource], rule.name, operations[rule.operation])),
  );
  for (const service of services) {
    const principal = `User:${service}`;
    const { resources: found } = await admin.describeAcls({
      principal,
      resourceType: AclResourceTypes.ANY,
      resourcePatternType: ResourcePatternTypes.ANY,
      operation: AclOperationTypes.ANY,
      permissionType: AclPermissionTypes.ANY,
    });
    const filters = found.flatMap((resource) =>
      resource.acls
        .filter((acl) => !keep.has(nameOf(acl.principal, resource.resourceType, resource.resourceName, acl.operation)))
        .map((acl) => ({
          principal: acl.principal,
          operation: acl.operation,
          permissionType: acl.permissionType,
          resourceType: resource.resourceType,
          resourceName: resource.resourceName,
          resourcePatternType: resource.resourcePatternType,
        })),
    );
    if (filters.length > 0) await admin.deleteAcls({ filters });
  }
}
