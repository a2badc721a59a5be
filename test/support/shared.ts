import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import pg from 'pg';

import { Kafka } from '../../deploy/local/kafka.js';
import type { KafkaUser } from '../../deploy/local/kafka-options.js';
import { repositoryRoot } from '../../deploy/local/layout.js';
import { freePort } from '../../deploy/local/ports.js';
import { Postgres } from '../../deploy/local/postgres.js';
import { newPassword } from '../../deploy/local/secrets.js';

/** How the workers of a test run reach the PostgreSQL and the Kafka that they share. */
export interface SharedStack {
  readonly superuserUrl: string;
  /** The owner of every test database. */
  readonly owner: KafkaUser;
  /** The role of a service, which owns nothing. */
  readonly service: KafkaUser;
  readonly brokers: string;
  readonly admin: KafkaUser;
  readonly users: readonly KafkaUser[];
}

/** The environment variable by which a test run passes it to its workers. */
export const sharedStackVariable = 'SHARED_STACK';

export const serviceNames = ['intake', 'eligibility', 'payments', 'notification'] as const;

/** Starts one PostgreSQL and one Kafka on free ports, in a folder of this run that stop() removes. */
export async function startShared(): Promise<{ readonly shared: SharedStack; stop(): Promise<void> }> {
  const root = join(repositoryRoot, '.local', `test-${process.pid}`);
  await mkdir(root, { recursive: true });
  const users = serviceNames.map((username) => ({ username, password: newPassword() }));
  const admin = { username: 'admin', password: newPassword() };
  const [postgres, kafka] = await Promise.all([
    Postgres.start({
      folder: join(root, 'postgres'),
      port: await freePort(),
      superuserPassword: newPassword(),
      logFile: join(root, 'postgres.log'),
      durable: false,
    }),
    Kafka.start({
      folder: join(root, 'kafka'),
      port: await freePort(),
      controllerPort: await freePort(),
      admin,
      users,
      logFile: join(root, 'kafka.log'),
      quickStart: true,
    }),
  ]);
  const owner = { username: 'owner', password: newPassword() };
  const service = { username: 'service', password: newPassword() };
  await makeTemplate(postgres.superuserUrl, owner, service);
  return {
    shared: { superuserUrl: postgres.superuserUrl, owner, service, brokers: kafka.brokers, admin, users },
    async stop() {
      await Promise.all([kafka.kill(), postgres.stop()]);
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Creates a template, and the roles of an owner and of a service: no superuser, no long transaction. */
async function makeTemplate(superuserUrl: string, owner: KafkaUser, service: KafkaUser): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    for (const { username, password } of [owner, service]) {
      await client.query(`CREATE ROLE ${username} LOGIN PASSWORD '${password}'`);
      await client.query(`ALTER ROLE ${username} SET transaction_timeout = '60s'`);
    }
    await client.query(`CREATE DATABASE fresh OWNER owner`);
    await client.query(`ALTER DATABASE fresh WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  } finally {
    await client.end();
  }
}
