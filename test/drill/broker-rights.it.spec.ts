import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs, { type AclEntry, type Kafka } from 'kafkajs';

import { rightsDifferences, type RightsDifference } from '#libs/bus';
import { contractsTo, grantAwarded } from '#libs/contracts';

import { freePorts } from '../../deploy/local/settings.js';
import { startStack, type Stack } from '../../deploy/local/stack.js';
import { eventually } from '../support/city.js';
import { asAdmin, readOnce } from './attempts.js';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const SERVICE = 'notification';
const OTHERS_GROUP = 'others';
const own = contractsTo(SERVICE)[0]?.topic ?? '';

let root: string;
let stack: Stack;
let superuser: Kafka;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'broker-rights-'));
  stack = await startStack({ root, ports: await freePorts(), profile: 'los-angeles', apps: [SERVICE], partitions: 1 });
  const { brokers, admin } = stack.broker;
  superuser = new kafkajs.Kafka({
    brokers: brokers.split(','),
    sasl: { mechanism: 'scram-sha-256', ...(admin ?? { username: '', password: '' }) },
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const producer = superuser.producer();
  await producer.connect();
  await producer.send({ topic: grantAwarded.topic, messages: [{ value: 'x' }] });
  await producer.disconnect();
  const read = (): Promise<string> => readOnce(superuser, OTHERS_GROUP, grantAwarded.topic);
  await eventually('another group exists', read, (outcome) => outcome === 'ok');
});

afterAll(async () => {
  await stack?.stop();
  await rm(root, { recursive: true, force: true });
});

const rule = (type: keyof typeof AclResourceTypes, name: string, operation: keyof typeof AclOperationTypes) => ({
  principal: `User:${SERVICE}`,
  host: '*',
  operation: AclOperationTypes[operation],
  permissionType: AclPermissionTypes.ALLOW,
  resourceType: AclResourceTypes[type],
  resourceName: name,
  resourcePatternType: ResourcePatternTypes.LITERAL,
});

function found(): Promise<readonly RightsDifference[]> {
  const { brokers, users } = stack.broker;
  return rightsDifferences({ brokers: brokers.split(','), ...users[SERVICE] }, SERVICE);
}

/** The broker answers before its authorizer has read a change. */
const until = (wanted: readonly RightsDifference[]): Promise<readonly RightsDifference[]> =>
  eventually('the rights', found, (now) => JSON.stringify(now) === JSON.stringify(wanted), 15_000);

const undeclared = (...what: readonly string[]): readonly RightsDifference[] =>
  what.map((each) => ({ what: each, how: 'undeclared' }));

const planted: readonly (readonly [string, AclEntry, readonly RightsDifference[]])[] = [
  [
    'a topic of others that it may read',
    rule('TOPIC', grantAwarded.topic, 'READ'),
    undeclared(`right on topic ${grantAwarded.topic}`),
  ],
  [
    'a topic of others that it may write',
    rule('TOPIC', grantAwarded.topic, 'WRITE'),
    undeclared(`right on topic ${grantAwarded.topic}`),
  ],
  ['a group of others', rule('GROUP', OTHERS_GROUP, 'DESCRIBE'), undeclared(`right on group ${OTHERS_GROUP}`)],
  [
    'the settings of its topic',
    rule('TOPIC', own, 'DESCRIBE_CONFIGS'),
    undeclared(`right to read the settings of topic ${own}`),
  ],
  [
    'a change of its topic',
    rule('TOPIC', own, 'ALTER_CONFIGS'),
    undeclared(`right to read the settings of topic ${own}`, `right to change topic ${own}`),
  ],
  [
    'the rules and groups of the cluster',
    rule('CLUSTER', 'kafka-cluster', 'DESCRIBE'),
    undeclared(`right on group ${OTHERS_GROUP}`, 'right on the cluster'),
  ],
];

describe('a service that looks at its rights on the broker', () => {
  it('finds nothing, if they are those of its contracts', async () => {
    expect(await found()).toEqual([]);
  });

  it.each(planted)('names %s', async (_what, entry, differences) => {
    await asAdmin(superuser, (admin) => admin.createAcls({ acl: [entry] }));
    try {
      expect((await until(differences)).length).toBe(differences.length);
    } finally {
      await asAdmin(superuser, (admin) => admin.deleteAcls({ filters: [entry] }));
      await until([]);
    }
  });

  it('names a topic that it may not read', async () => {
    const entry = rule('TOPIC', own, 'READ');
    await asAdmin(superuser, (admin) => admin.deleteAcls({ filters: [entry] }));
    try {
      await until([{ what: `topic ${own}`, how: 'missing' }]);
    } finally {
      await asAdmin(superuser, (admin) => admin.createAcls({ acl: [entry] }));
      await until([]);
    }
  });

  it('does not start, says why, and starts once the right is taken back', async () => {
    const entry = rule('TOPIC', grantAwarded.topic, 'READ');
    await stack.kill(SERVICE);
    await asAdmin(superuser, (admin) => admin.createAcls({ acl: [entry] }));
    await until(undeclared(`right on topic ${grantAwarded.topic}`));
    await expect(stack.restart(SERVICE)).rejects.toThrow();
    const log = await readFile(stack.logFile(SERVICE), 'utf8');
    expect(log).toContain('"code":"other-rights"');
    expect(log).toContain(
      `The broker is not as the contracts declare it: right on topic ${grantAwarded.topic} is not declared.`,
    );
    await asAdmin(superuser, (admin) => admin.deleteAcls({ filters: [entry] }));
    await until([]);
    await stack.restart(SERVICE);
    expect(stack.isRunning(SERVICE)).toBe(true);
  });
});
