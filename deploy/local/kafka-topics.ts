import { setTimeout as sleep } from 'node:timers/promises';

import kafkajs, { type Admin } from 'kafkajs';

import { aclsFor, services, topicConfigs } from '#libs/contracts';

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
    if (error instanceof StackProblem) throw error;
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

type Rules = ReadonlyMap<string, kafkajs.AclEntry>;

async function applyRules(admin: Admin): Promise<void> {
  const wanted = wantedRules();
  const present = await presentRules(admin);
  const without = (rules: Rules, others: Rules) =>
    [...rules].filter(([name]) => !others.has(name)).map(([, rule]) => rule);
  const stray = without(present, wanted);
  const missing = without(wanted, present);
  if (stray.length > 0) await admin.deleteAcls({ filters: stray });
  if (missing.length > 0) await admin.createAcls({ acl: missing });
  await untilInForce(admin, wanted);
}

/** The broker answers before its authorizer has read the change; a service that starts now would be refused. */
async function untilInForce(admin: Admin, wanted: Rules): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const present = await presentRules(admin);
    if (present.size === wanted.size && [...wanted.keys()].every((name) => present.has(name))) return;
    if (Date.now() > deadline) throw new StackProblem('topics-failed', 'the access rules did not come into force');
    await sleep(50);
  }
}

function wantedRules(): Rules {
  const rules = services.flatMap((service) => aclsFor(service));
  return byName(
    rules.map(({ principal, resource, name, operation }) => ({
      principal,
      host: '*',
      operation: operations[operation],
      permissionType: AclPermissionTypes.ALLOW,
      resourceType: resources[resource],
      resourceName: name,
      resourcePatternType: ResourcePatternTypes.LITERAL,
    })),
  );
}

/** The rules of the services on the broker; those of anyone else are none of our business. */
async function presentRules(admin: Admin): Promise<Rules> {
  const { resources: found } = await admin.describeAcls({
    resourceType: AclResourceTypes.ANY,
    resourcePatternType: ResourcePatternTypes.ANY,
    operation: AclOperationTypes.ANY,
    permissionType: AclPermissionTypes.ANY,
  });
  const principals = new Set(services.map((service) => `User:${service}`));
  const entries = found.flatMap(({ acls, ...resource }) => acls.map((acl) => Object.assign({}, resource, acl)));
  return byName(entries.filter(({ principal }) => principals.has(principal)));
}

function byName(entries: readonly kafkajs.AclEntry[]): Rules {
  return new Map(
    entries.map((entry) => {
      const { principal, host, operation, permissionType, resourceType, resourceName, resourcePatternType } = entry;
      const parts = [principal, host, operation, permissionType, resourceType, resourceName, resourcePatternType];
      return [parts.join(' '), entry];
    }),
  );
}
