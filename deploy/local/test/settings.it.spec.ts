import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';

import { services } from '#libs/contracts';

import { CONNECTIONS_MAX } from '../databases.js';
import { repositoryRoot } from '../layout.js';
import { postgresSettings } from '../postgres-settings.js';
import { freePorts } from '../settings.js';
import { type Stack, startStack } from '../stack.js';
import { ask } from './ask.js';

let root: string;
let stack: Stack;
beforeAll(async () => {
  await mkdir(join(repositoryRoot, '.local'), { recursive: true });
  root = await mkdtemp(join(repositoryRoot, '.local', `test-${process.pid}-`));
  stack = await startStack({ root, ports: await freePorts(), profile: 'los-angeles', apps: [] });
});
afterAll(async () => {
  await stack.stop();
  await rm(root, { recursive: true, force: true });
});

const superuser = (): string => stack.superuserUrl ?? '';

describe('the databases of a system', () => {
  it('run with the declared settings and no others, and keep on the disk what is committed', async () => {
    const rows = await ask<{ name: string; setting: string; source: string }>(
      superuser(),
      `SELECT lower(name) AS name, setting, source FROM pg_settings
        WHERE source NOT IN ('default', 'override', 'client', 'session', 'environment variable')`,
    );
    const given = rows.filter(({ source }) => source === 'command line').map(({ name, setting }) => [name, setting]);
    const { port } = new URL(superuser());
    const own = { listen_addresses: '127.0.0.1', unix_socket_directories: '', port };
    expect(Object.fromEntries(given)).toEqual({ ...postgresSettings(true), ...own });
    // What initdb finds out about the machine.
    const found = rows.filter(({ source }) => source !== 'command line').map(({ name }) => name);
    expect(found.filter((name) => !/^(lc|autovacuum_worker)_/.test(name)).toSorted()).toEqual([
      'datestyle',
      'default_text_search_config',
      'dynamic_shared_memory_type',
      'max_wal_size',
      'min_wal_size',
      'shared_buffers',
    ]);
  });

  it('give a role these settings and limits, and no others', async () => {
    const rows = await ask(
      superuser(),
      `SELECT r.rolname AS role, r.rolcanlogin AS "canLogIn", r.rolconnlimit AS limit, d.datname AS "onlyIn",
              s.setconfig AS set
         FROM pg_roles r LEFT JOIN pg_db_role_setting s ON s.setrole = r.oid
         LEFT JOIN pg_database d ON d.oid = s.setdatabase
        WHERE r.rolname !~ '^pg_' ORDER BY 1`,
    );
    const set = ['transaction_timeout=60s', 'idle_in_transaction_session_timeout=30s'];
    const ofService = services.flatMap((service) => [
      { role: service, canLogIn: true, limit: CONNECTIONS_MAX, onlyIn: null, set },
      { role: `${service}_owner`, canLogIn: false, limit: -1, onlyIn: null, set: null },
    ]);
    const all = [...ofService, { role: 'postgres', canLogIn: true, limit: -1, onlyIn: null, set: null }];
    expect(rows).toEqual(all.toSorted((one, other) => (one.role < other.role ? -1 : 1)));
    expect(await ask(superuser(), 'SELECT FROM pg_db_role_setting WHERE setrole = 0')).toEqual([]);
  });

  it.each(services)('wait for the disk at each commit of %s', async (service) => {
    const rows = await ask(
      stack.databases[service],
      `SELECT current_setting('synchronous_commit') AS synchronous_commit, current_setting('fsync') AS fsync,
              current_setting('full_page_writes') AS full_page_writes`,
    );
    expect(rows).toEqual([{ synchronous_commit: 'on', fsync: 'on', full_page_writes: 'on' }]);
  });
});

describe('the broker of a system', () => {
  it('refuses what no rule allows, makes no topic by itself, and confirms what most copies have', async () => {
    const { brokers, admin: user = { username: '', password: '' } } = stack.broker;
    const admin = new kafkajs.Kafka({
      brokers: [brokers],
      sasl: { mechanism: 'scram-sha-256', ...user },
      logLevel: kafkajs.logLevel.NOTHING,
    }).admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.BROKER, name: '1' }],
    });
    await admin.disconnect();
    const live = new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
    const wanted = {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'auto.create.topics.enable': 'false',
      'min.insync.replicas': '1',
      'default.replication.factor': '1',
      'unclean.leader.election.enable': 'false',
    };
    expect(Object.fromEntries(Object.keys(wanted).map((name) => [name, live.get(name)]))).toEqual(wanted);
  });
});
