import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs, { type Kafka } from 'kafkajs';

import { aclsFor, catalogue, groupOf, services, type Contract, type Service } from '#libs/contracts';

import { ownerAccess, ownerOf } from '../../deploy/local/databases.js';
import { declareTopics } from '../../deploy/local/kafka-topics.js';
import { freePorts } from '../../deploy/local/settings.js';
import { startStack, type Stack } from '../../deploy/local/stack.js';
import { eventually } from '../support/city.js';
import { alterRetention, asAdmin, outcomeOf, readOnce, sql, sqlOutcome } from './attempts.js';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const contracts = catalogue as readonly Contract[];
const PARTITIONS = 1;

let root: string;
let stack: Stack;
let superuser: Kafka;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rights-'));
  stack = await startStack({
    root,
    ports: await freePorts(),
    profile: 'los-angeles',
    apps: [],
    partitions: PARTITIONS,
  });
  superuser = clientOf(stack.broker.admin ?? { username: '', password: '' });
  await writeEverywhere();
  // The first group of a broker waits until the topic for offsets is created.
  const read = (): Promise<string> => readOnce(superuser, 'first', contracts[0]?.topic ?? '');
  await eventually('groups can be joined', read, (outcome) => outcome === 'ok');
});

afterAll(async () => {
  await stack?.stop();
  await rm(root, { recursive: true, force: true });
});

function clientOf(login: { readonly username: string; readonly password: string }): Kafka {
  return new kafkajs.Kafka({
    clientId: 'rights',
    brokers: stack.broker.brokers.split(','),
    sasl: { mechanism: 'scram-sha-256', ...login },
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 0, restartOnFailure: () => Promise.resolve(false) },
  });
}

const clientFor = (service: Service): Kafka => clientOf(stack.broker.users[service]);

const REFUSED = /^(TOPIC|GROUP|CLUSTER)_AUTHORIZATION_FAILED$/;
/** The client reports a refused look-up of a group's coordinator under a name of its own. */
const GROUP_REFUSED = 'KafkaJSGroupCoordinatorNotFound';
const shortened = (outcome: string): string => (REFUSED.test(outcome) ? 'refused' : outcome);

/** Returns every rule on the broker, for any principal, as one line each. */
function rulesNow(): Promise<readonly string[]> {
  return asAdmin(superuser, async (admin) => {
    const { resources } = await admin.describeAcls({
      resourceType: AclResourceTypes.ANY,
      resourcePatternType: ResourcePatternTypes.ANY,
      operation: AclOperationTypes.ANY,
      permissionType: AclPermissionTypes.ANY,
    });
    return resources
      .flatMap(({ acls, resourceType, resourceName, resourcePatternType }) =>
        acls.map(({ principal, host, operation, permissionType }) =>
          [principal, host, operation, permissionType, resourceType, resourceName, resourcePatternType].join(' '),
        ),
      )
      .toSorted();
  });
}

function rulesDeclared(): readonly string[] {
  const operations = {
    read: AclOperationTypes.READ,
    write: AclOperationTypes.WRITE,
    describe: AclOperationTypes.DESCRIBE,
  };
  const resources = { topic: AclResourceTypes.TOPIC, group: AclResourceTypes.GROUP };
  return services
    .flatMap((service) => aclsFor(service))
    .map(({ principal, resource, name, operation }) =>
      [
        principal,
        '*',
        operations[operation],
        AclPermissionTypes.ALLOW,
        resources[resource],
        name,
        ResourcePatternTypes.LITERAL,
      ].join(' '),
    )
    .toSorted();
}

describe('the rules on the broker', () => {
  it('are those that the contracts generate: none more, none less', async () => {
    expect(await rulesNow()).toEqual(rulesDeclared());
    // Each contract has one rule to write and one to read, and each service one for its group.
    expect(rulesDeclared()).toHaveLength(2 * contracts.length + services.length);
  });

  it('lose a stray one when the topics are prepared again', async () => {
    const [stray] = contracts;
    const rule = {
      principal: 'User:notification',
      host: '*',
      operation: AclOperationTypes.READ,
      permissionType: AclPermissionTypes.ALLOW,
      resourceType: AclResourceTypes.TOPIC,
      resourceName: stray?.topic ?? '',
      resourcePatternType: ResourcePatternTypes.LITERAL,
    };
    await asAdmin(superuser, (admin) => admin.createAcls({ acl: [rule] }));
    await eventually('the stray rule is seen', rulesNow, (rules) => rules.length === rulesDeclared().length + 1);
    const { brokers, admin = { username: '', password: '' } } = stack.broker;
    await declareTopics({ brokers, admin }, { partitions: PARTITIONS });
    expect(await rulesNow()).toEqual(rulesDeclared());
  });
});

describe.each(services)('%s on the broker', (service) => {
  const wanted = (may: (contract: Contract) => boolean): readonly (readonly [string, string])[] =>
    contracts.map((contract) => [contract.topic, may(contract) ? 'ok' : 'refused'] as const);

  it('writes to the topics of what it says, and to no other', async () => {
    const producer = clientFor(service).producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const seen: (readonly [string, string])[] = [];
    for (const { topic } of contracts) {
      const outcome = await outcomeOf(() => producer.send({ topic, acks: -1, messages: [{ value: 'x' }] }));
      seen.push([topic, shortened(outcome)]);
    }
    await producer.disconnect();
    expect(seen).toEqual(wanted(({ producer: by }) => by === service));
  });

  it('reads the topics of what is for it, and no other', async () => {
    const seen: (readonly [string, string])[] = [];
    for (const { topic } of contracts)
      seen.push([topic, shortened(await readOnce(clientFor(service), groupOf(service), topic))]);
    expect(seen).toEqual(wanted(({ consumer }) => consumer === service));
  });

  it('sees that its own topics exist, and no other', async () => {
    const topics = await asAdmin(clientFor(service), (admin) => admin.listTopics());
    const own = contracts.filter(({ producer, consumer }) => producer === service || consumer === service);
    expect(topics.toSorted()).toEqual(own.map(({ topic }) => topic).toSorted());
  });

  it('reads in its own group only', async () => {
    const topic = contracts.find(({ consumer }) => consumer === service)?.topic ?? '';
    for (const group of [...services.filter((other) => other !== service).map(groupOf), 'another']) {
      const outcome = await readOnce(clientFor(service), group, topic);
      expect([group, outcome === GROUP_REFUSED ? 'refused' : shortened(outcome)]).toEqual([group, 'refused']);
    }
  });

  it('changes nothing of the broker: topics, settings, rules, what was written', async () => {
    const own = contracts.find(({ producer }) => producer === service)?.topic ?? '';
    const entry = (principal: string) => ({
      principal,
      host: '*',
      operation: AclOperationTypes.ALL,
      permissionType: AclPermissionTypes.ALLOW,
      resourceType: AclResourceTypes.TOPIC,
      resourceName: own,
      resourcePatternType: ResourcePatternTypes.LITERAL,
    });
    const tried = await asAdmin(clientFor(service), async (admin) => {
      const attempts: readonly (readonly [string, () => Promise<unknown>])[] = [
        ['make a topic', () => admin.createTopics({ topics: [{ topic: `${service}.stray` }], waitForLeaders: false })],
        ['remove a topic', () => admin.deleteTopics({ topics: [own] })],
        ['add partitions', () => admin.createPartitions({ topicPartitions: [{ topic: own, count: 9 }] })],
        ['change settings', () => alterRetention(admin, own)],
        [
          'remove records',
          () => admin.deleteTopicRecords({ topic: own, partitions: [{ partition: 0, offset: '-1' }] }),
        ],
        ['give itself a right', () => admin.createAcls({ acl: [entry(`User:${service}`)] })],
        ['read the rules', () => admin.describeAcls(entry(`User:${service}`))],
        ['remove a group', () => admin.deleteGroups([groupOf(services.find((other) => other !== service) ?? service)])],
      ];
      const seen: [string, boolean][] = [];
      for (const [what, attempt] of attempts) seen.push([what, (await outcomeOf(attempt)) === 'ok']);
      return seen;
    });
    expect(tried.filter(([, isDone]) => isDone)).toEqual([]);
    const topics = await asAdmin(superuser, (admin) => admin.listTopics());
    expect(topics.filter((topic) => !topic.startsWith('__')).toSorted()).toEqual(
      contracts.map(({ topic }) => topic).toSorted(),
    );
    expect(await rulesNow()).toEqual(rulesDeclared());
  });
});

describe('the attempts above', () => {
  it('succeed for the superuser, so that a refusal means a missing right', async () => {
    const [topic] = contracts.map((contract) => contract.topic);
    const producer = superuser.producer();
    await producer.connect();
    expect(await outcomeOf(() => producer.send({ topic: topic ?? '', messages: [{ value: 'x' }] }))).toBe('ok');
    await producer.disconnect();
    expect(await readOnce(superuser, 'another', topic ?? '')).toBe('ok');
    await asAdmin(superuser, async (admin) => {
      expect(await outcomeOf(() => alterRetention(admin, topic ?? ''))).toBe('ok');
    });
  });

  it('fail without a password', async () => {
    const stranger = clientOf({ username: 'intake', password: 'guessed' });
    expect(await outcomeOf(() => asAdmin(stranger, (admin) => admin.listTopics()))).not.toBe('ok');
  });
});

describe.each(services)('%s in PostgreSQL', (service) => {
  const own = (): string => stack.databases[service];
  const inside = (database: string): string => {
    const url = new URL(own());
    url.pathname = `/${database}`;
    return url.href;
  };

  it('connects to its own database, and to no other', async () => {
    const databases = [...services, 'postgres', 'template1', 'template0'];
    const seen = [];
    for (const database of databases) seen.push([database, await sqlOutcome(inside(database), 'SELECT 1')]);
    // 42501: insufficient privilege. 55000: the template, to which nobody may connect.
    const expected = databases.map((database) => {
      if (database === service) return [database, 'ok'];
      return [database, database === 'template0' ? '55000' : '42501'];
    });
    expect(seen).toEqual(expected);
  });

  it('is an ordinary role that belongs to no other', async () => {
    const attributes = await sql(stack.superuserUrl ?? '', `SELECT * FROM pg_roles WHERE rolname = '${service}'`);
    expect(attributes).toMatchObject([
      {
        rolsuper: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
        rolbypassrls: false,
        rolcanlogin: true,
      },
    ]);
    const membership = `SELECT r.rolname FROM pg_roles r WHERE pg_has_role('${service}', r.oid, 'MEMBER')`;
    const roles = (await sql(stack.superuserUrl ?? '', membership)) as { rolname: string }[];
    // The query runs in another database: in its own, an owner is also a member of pg_database_owner.
    expect(roles.map(({ rolname }) => rolname)).toEqual([service]);
  });

  it.each([
    ['make a role', 'CREATE ROLE stray LOGIN'],
    ['make a database', 'CREATE DATABASE stray'],
    ['change another role', `ALTER ROLE ${services.find((other) => other !== service)} PASSWORD 'x'`],
    ['become a superuser', `ALTER ROLE ${service} SUPERUSER`],
    ['become another', 'SET ROLE postgres'],
    ['read passwords', 'SELECT rolpassword FROM pg_authid'],
    ['read files', `SELECT pg_read_file('postgresql.conf')`],
    ['run programs', `COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'`],
    ['read the write-ahead log', 'SELECT pg_switch_wal()'],
    ['log statements', `SET log_statement = 'all'`],
  ])('cannot %s', async (_what, statement) => {
    expect(await sqlOutcome(own(), statement)).toBe('42501');
    expect(
      await sqlOutcome(
        stack.superuserUrl ?? '',
        `BEGIN; ${statement.startsWith('CREATE DATABASE') ? 'SELECT 1' : statement}; ROLLBACK`,
      ),
    ).toBe('ok');
  });

  it.each([
    ['make a table', 'CREATE TABLE mine (n int)'],
    ['make a temporary table', 'CREATE TEMPORARY TABLE mine (n int)'],
    ['make a function', `CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'`],
    ['make a schema', 'CREATE SCHEMA mine'],
    ['switch a trigger off', 'ALTER TABLE audit DISABLE TRIGGER audit_append_only'],
    ['switch all triggers off', `SET session_replication_role = 'replica'`],
    ['become the owner', `SET ROLE ${ownerOf(service)}`],
  ])('cannot %s', async (_what, statement) => {
    expect(await sqlOutcome(own(), statement)).toBe('42501');
  });

  it('has an owner that owns everything and cannot log in', async () => {
    const owners = await sql(
      ownerAccess(stack.superuserUrl ?? '', service).url,
      `SELECT DISTINCT r.rolname, r.rolcanlogin, r.rolsuper FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
        WHERE c.relnamespace = 'public'::regnamespace`,
    );
    expect(owners).toEqual([{ rolname: ownerOf(service), rolcanlogin: false, rolsuper: false }]);
  });
});

async function writeEverywhere(): Promise<void> {
  const producer = superuser.producer();
  await producer.connect();
  await producer.sendBatch({ topicMessages: contracts.map(({ topic }) => ({ topic, messages: [{ value: 'x' }] })) });
  await producer.disconnect();
}
