import { contractsFrom, contractsTo, groupOf, type Contract, type Service } from '#libs/contracts';
import kafkajs, { type Admin } from 'kafkajs';

import { everyRule } from './access-rules.js';
import { kafkaClient, kafkaErrorType, type KafkaConnection } from './kafka-client.js';

// Node cannot import these by name from the client's CommonJS.
const { ConfigResourceTypes } = kafkajs;

const REFUSED = /^(?:TOPIC|GROUP|CLUSTER)_AUTHORIZATION_FAILED$/;

/** A right on the broker that is not as the contracts declare it. */
export interface RightsDifference {
  readonly what: string;
  readonly how: 'missing' | 'undeclared';
}

/**
 * Compares what the broker lets a service see and do with its contracts: exactly its topics, no group but its own, no
 * look at rights or settings, no change of a topic. It changes nothing. The broker does not tell a service whether it
 * could also read a topic that it writes, or remove one; `topics declare` takes such rights away.
 *
 * @throws what the client throws while the broker does not answer
 */
export async function rightsDifferences(
  connection: KafkaConnection,
  service: Service,
): Promise<readonly RightsDifference[]> {
  const admin = kafkaClient(connection, service).admin();
  await admin.connect();
  try {
    return await differences(admin, service);
  } finally {
    await admin.disconnect();
  }
}

async function differences(admin: Admin, service: Service): Promise<readonly RightsDifference[]> {
  const declared = [...contractsFrom(service), ...contractsTo(service)].map(({ topic }: Contract) => topic);
  const visible = await admin.listTopics();
  const { groups } = await admin.listGroups();
  const shared = visible.filter((topic) => declared.includes(topic));
  const excess: string[] = [];
  for (const topic of shared) {
    if (await isAllowed(() => readSettings(admin, topic))) excess.push(`right to read the settings of topic ${topic}`);
    if (await isAllowed(() => changeSettings(admin, topic))) excess.push(`right to change topic ${topic}`);
  }
  if (await isAllowed(() => everyRule(admin))) excess.push('right on the cluster');
  return [
    ...declared.filter((topic) => !visible.includes(topic)).map((topic) => missing(`topic ${topic}`)),
    ...visible.filter((topic) => !declared.includes(topic)).map((topic) => undeclared(`right on topic ${topic}`)),
    ...groups
      .filter(({ groupId }) => groupId !== groupOf(service))
      .map(({ groupId }) => undeclared(`right on group ${groupId}`)),
    ...excess.map(undeclared),
  ];
}

const missing = (what: string): RightsDifference => ({ what, how: 'missing' });
const undeclared = (what: string): RightsDifference => ({ what, how: 'undeclared' });

async function isAllowed(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    const type = kafkaErrorType(error);
    // Without a type, the broker did not answer.
    if (type === undefined) throw error;
    return !REFUSED.test(type);
  }
}

function readSettings(admin: Admin, topic: string): Promise<unknown> {
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }];
  return admin.describeConfigs({ includeSynonyms: false, resources });
}

/** The broker only checks whether it would do it. */
function changeSettings(admin: Admin, topic: string): Promise<unknown> {
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [] }];
  return admin.alterConfigs({ validateOnly: true, resources });
}
