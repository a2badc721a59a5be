import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';

import { aclsFor, groupOf, type Service, keyLife, services, topicConfigs } from '#libs/contracts';
import { FileKeyring } from '#libs/sealing';

import { setUpKeyrings } from '../keyring.js';
import type { KafkaUser } from '../kafka-options.js';
import { declareTopics } from '../kafka-topics.js';
import { layoutAt, repositoryRoot } from '../layout.js';
import { runningSystem } from '../running.js';
import type { Secrets } from '../secrets.js';
import { freePorts } from '../settings.js';
import { type Stack, startStack } from '../stack.js';
import { ask } from './ask.js';

const roots: string[] = [];

async function newRoot(): Promise<string> {
  await mkdir(join(repositoryRoot, '.local'), { recursive: true });
  const root = await mkdtemp(join(repositoryRoot, '.local', `test-${process.pid}-`));
  roots.push(root);
  return root;
}

const options = async (root: string) => ({ root, ports: await freePorts(), profile: 'los-angeles', apps: [] });

let first: Stack;
let second: Stack;
beforeAll(async () => {
  [first, second] = await Promise.all([
    startStack(await options(await newRoot())),
    startStack(await options(await newRoot())),
  ]);
});
afterAll(async () => {
  await Promise.all([first.stop(), second.stop()]);
  for (const root of roots) await rm(root, { recursive: true, force: true });
});

function kafkaAs(stack: Stack, user: KafkaUser): kafkajs.Kafka {
  return new kafkajs.Kafka({
    brokers: [stack.broker.brokers],
    sasl: { mechanism: 'scram-sha-256', ...user },
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 2 },
  });
}

async function asAdmin<T>(stack: Stack, work: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
  const admin = kafkaAs(stack, stack.broker.admin ?? { username: '', password: '' }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Repeats until it passes, for at most ten seconds. */
async function eventually(attempt: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

describe('two systems side by side', () => {
  it('are both described to other programs', () => {
    for (const stack of [first, second]) {
      const found = runningSystem(stack.layout.running);
      expect(found?.ready).toBe(true);
      expect(found?.processes.map(({ name }) => name)).toEqual(['PostgreSQL', 'Kafka']);
    }
  });

  it('refuse a second start in the same folder', async () => {
    await expect(startStack(await options(first.layout.root))).rejects.toMatchObject({ code: 'already-running' });
    expect(runningSystem(first.layout.running)?.ready).toBe(true);
  });

  it('do not share a password', async () => {
    const url = new URL(second.databases.intake);
    url.port = new URL(first.databases.intake).port;
    await expect(ask(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });
});

describe('a system with databases and a broker of one’s own', () => {
  it('uses them, starts none, and stops none', async () => {
    const { databases, broker } = first;
    const given = {
      KAFKA_BROKERS: broker.brokers,
      KAFKA_ADMIN_USERNAME: broker.admin?.username,
      KAFKA_ADMIN_PASSWORD: broker.admin?.password,
      ...Object.fromEntries(
        services.flatMap((service) => [
          [`DATABASE_URL_${service.toUpperCase()}`, databases[service]],
          [`KAFKA_USERNAME_${service.toUpperCase()}`, broker.users[service].username],
          [`KAFKA_PASSWORD_${service.toUpperCase()}`, broker.users[service].password],
        ]),
      ),
    };
    const guest = await startStack({ ...(await options(await newRoot())), given });
    expect(guest.databases).toEqual(databases);
    expect(guest.broker).toEqual(broker);
    expect(guest.superuserUrl).toBeUndefined();
    expect(runningSystem(guest.layout.running)?.processes).toEqual([]);
    await guest.stop();
    expect(await ask(databases.intake, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });
});

describe('the databases', () => {
  const pairs = services.flatMap((from) => services.filter((to) => to !== from).map((to) => [from, to] as const));

  it.each(services)(
    'let %s own and make nothing, as an ordinary role with a limit on transactions',
    async (service) => {
      const url = first.databases[service];
      await expect(ask(url, 'CREATE TABLE mine (n int)')).rejects.toMatchObject({ code: '42501' });
      await expect(ask(url, 'CREATE TEMPORARY TABLE mine (n int)')).rejects.toMatchObject({ code: '42501' });
      const rows = await ask(
        url,
        `SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
              current_setting('transaction_timeout') AS timeout
         FROM pg_roles WHERE rolname = current_user`,
      );
      const none = {
        rolsuper: false,
        rolcreatedb: false,
        rolcreaterole: false,
        rolreplication: false,
        rolbypassrls: false,
      };
      expect(rows).toEqual([{ ...none, timeout: '1min' }]);
    },
  );

  it.each(pairs)('keep %s out of the database of %s', async (from, to) => {
    const url = new URL(first.databases[from]);
    url.pathname = `/${to}`;
    await expect(ask(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
  });

  it.each(['postgres', 'template1'])('keep services out of %s', async (name) => {
    const url = new URL(first.databases.payments);
    url.pathname = `/${name}`;
    await expect(ask(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
  });

  it('log neither statements nor rows', async () => {
    const secret = 'Jane-Example-7';
    const url = first.databases.intake;
    const text = `INSERT INTO spent_nonce (key, nonce) VALUES ('${secret}', ''), ('${secret}', '')`;
    await expect(ask(url, text)).rejects.toMatchObject({ code: '23505' });
    const log = readFileSync(first.logFile('postgres'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(log).not.toContain(secret);
  });
});

describe('the broker', () => {
  it('has exactly the topics of the contracts', async () => {
    const topics = await asAdmin(first, (admin) => admin.listTopics());
    const declared = topicConfigs({ partitions: 4 }).map(({ topic }) => topic);
    expect(topics.filter((topic) => !topic.startsWith('__')).toSorted()).toEqual(declared.toSorted());
  });

  it('has exactly the rules of the contracts, also after someone added one', async () => {
    const { READ } = kafkajs.AclOperationTypes;
    const stray = {
      principal: 'User:notification',
      host: '*',
      operation: READ,
      permissionType: kafkajs.AclPermissionTypes.ALLOW,
      resourceType: kafkajs.AclResourceTypes.TOPIC,
      resourceName: 'intake.facts-submitted.v1',
      resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
    };
    await asAdmin(first, (admin) => admin.createAcls({ acl: [stray] }));
    await eventually(async () => {
      expect(await rulesOf(first)).toContain('User:notification read intake.facts-submitted.v1');
    });
    const { brokers, admin = { username: '', password: '' } } = first.broker;
    await declareTopics({ brokers, admin }, { partitions: 4 });
    expect(await rulesOf(first)).toEqual(
      services
        .flatMap((service) => aclsFor(service))
        .map(({ principal, operation, name }) => `${principal} ${operation} ${name}`)
        .toSorted(),
    );
  });

  const writes = (service: Service, topic: string) => async () => {
    const producer = kafkaAs(first, first.broker.users[service]).producer();
    await producer.connect();
    try {
      await producer.send({ topic, messages: [{ value: 'x' }] });
    } finally {
      await producer.disconnect();
    }
  };

  it('lets a service write what it says and nothing else', async () => {
    await writes('intake', 'intake.facts-submitted.v1')();
    await expect(writes('eligibility', 'intake.facts-submitted.v1')()).rejects.toThrow(/not authorized/i);
    await expect(writes('intake', 'made.up.v1')()).rejects.toThrow();
  });

  it('gives a service the offsets of its own group only', async () => {
    const offsets = async (group: Service) => {
      const admin = kafkaAs(first, first.broker.users.payments).admin();
      await admin.connect();
      try {
        return await admin.fetchOffsets({ groupId: groupOf(group), topics: ['intake.payout-chosen.v1'] });
      } finally {
        await admin.disconnect();
      }
    };
    // The broker first has to make the topic in which it keeps offsets.
    await eventually(async () => expect(await offsets('payments')).toHaveLength(1));
    // The client reports no more detail of a refusal.
    await expect(offsets('eligibility')).rejects.toThrow('Failed to find group coordinator');
  });
});

async function rulesOf(stack: Stack): Promise<readonly string[]> {
  const names = new Map<number, string>([
    [kafkajs.AclOperationTypes.READ, 'read'],
    [kafkajs.AclOperationTypes.WRITE, 'write'],
    [kafkajs.AclOperationTypes.DESCRIBE, 'describe'],
  ]);
  const { resources } = await asAdmin(stack, (admin) =>
    admin.describeAcls({
      resourceType: kafkajs.AclResourceTypes.ANY,
      resourcePatternType: kafkajs.ResourcePatternTypes.ANY,
      operation: kafkajs.AclOperationTypes.ANY,
      permissionType: kafkajs.AclPermissionTypes.ANY,
    }),
  );
  return resources
    .flatMap(({ resourceName, acls }) =>
      acls.map(({ principal, operation }) => `${principal} ${names.get(operation)} ${resourceName}`),
    )
    .toSorted();
}

describe('what a system keeps', () => {
  it('comes through a kill of the database and the broker', async () => {
    await ask(second.databases.intake, `INSERT INTO spent_nonce (key, nonce) VALUES ('kept', '')`);
    await Promise.all([second.killPostgres(), second.killKafka()]);
    await Promise.all([second.restartPostgres(), second.restartKafka()]);
    expect(await ask(second.databases.intake, 'SELECT key FROM spent_nonce')).toEqual([{ key: 'kept' }]);
    expect(await asAdmin(second, (admin) => admin.listTopics())).toContain('intake.facts-submitted.v1');
  });

  it('comes through a wipe of the broker with topics and rules as on the first day', async () => {
    // The client's own waiting fails if the broker's first answer does not know the topic yet.
    await asAdmin(second, (admin) => admin.createTopics({ topics: [{ topic: 'stray' }], waitForLeaders: false }));
    await second.wipeKafka();
    const topics = await asAdmin(second, (admin) => admin.listTopics());
    expect(topics).not.toContain('stray');
    expect(topics).toContain('intake.facts-submitted.v1');
    expect(await rulesOf(second)).toHaveLength(services.flatMap((service) => aclsFor(service)).length);
  });

  it('has its passwords in one file for its owner only, and in no log', () => {
    const { layout } = first;
    expect(statSync(layout.secrets).mode & 0o777).toBe(0o600);
    const { postgres, kafka } = JSON.parse(readFileSync(layout.secrets, 'utf8')) as Secrets;
    const logs = readdirSync(layout.logs).map((name) => readFileSync(join(layout.logs, name), 'utf8'));
    for (const password of [...Object.values(postgres), ...Object.values(kafka)]) {
      expect(password.length).toBe(32);
      expect(logs.some((log) => log.includes(password))).toBe(false);
    }
  });
});

describe('the keyrings', () => {
  it('stay the same at a second set-up', async () => {
    const layout = { ...layoutAt(await newRoot()) };
    await setUpKeyrings(layout);
    const pins = readFileSync(join(layout.keyring, 'pinned-identities.json'), 'utf8');
    await setUpKeyrings(layout);
    expect(readFileSync(join(layout.keyring, 'pinned-identities.json'), 'utf8')).toBe(pins);
    expect(Object.keys(JSON.parse(pins) as object)).toEqual([...services]);
  });

  it('are finished when the first set-up was interrupted', async () => {
    const layout = layoutAt(await newRoot());
    await setUpKeyrings(layout);
    await rm(join(layout.keyring, 'set-up.json'));
    await rm(join(layout.keyring, 'pinned-identities.json'));
    await rm(join(layout.keyring, 'private', 'payments'), { recursive: true });
    await setUpKeyrings(layout);
    expect(existsSync(join(layout.keyring, 'pinned-identities.json'))).toBe(true);
  });

  it('have a second copy, which is made again when it is gone', async () => {
    const layout = layoutAt(await newRoot());
    await setUpKeyrings(layout);
    await rm(layout.keyringReplica, { recursive: true });
    await setUpKeyrings(layout);
    for (const service of services) {
      const keyring = await FileKeyring.open({
        privateDir: join(layout.keyring, 'private', service),
        replicaDir: join(layout.keyringReplica, service),
        publicRoot: join(layout.keyring, 'public'),
        service,
        life: keyLife,
      });
      expect(keyring.replicas()).toBe('in-step');
    }
  });

  it('are never made anew beside databases that need the old ones', async () => {
    const layout = layoutAt(await newRoot());
    await mkdir(layout.postgres);
    await expect(setUpKeyrings(layout)).rejects.toMatchObject({ code: 'keys-gone' });
  });
});
