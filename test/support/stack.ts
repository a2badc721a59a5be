import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import pg from 'pg';

import { Kafka } from '../../deploy/local/kafka.js';
import type { KafkaOptions, KafkaUser } from '../../deploy/local/kafka-options.js';
import { repositoryRoot } from '../../deploy/local/layout.js';
import { freePort } from '../../deploy/local/ports.js';
import { newPassword } from '../../deploy/local/secrets.js';
import { type SharedStack, serviceNames, sharedStackVariable } from './shared.js';

function shared(): SharedStack {
  const text = process.env[sharedStackVariable];
  if (text === undefined)
    throw new Error('only *.it.spec.ts has a database and a broker: run it with `npm run test:it`');
  return JSON.parse(text) as SharedStack;
}

/** Returns the address for what only a superuser may do: read another's database, end a session, read the WAL. */
export function superuserUrl(database = 'postgres'): string {
  const url = new URL(shared().superuserUrl);
  url.pathname = `/${database}`;
  return url.href;
}

export interface TestDatabase {
  readonly name: string;
  /** Connects as the owner of the database, an ordinary role. */
  readonly url: string;
  /** Connects as the role of a service, which has the rights that a migration gives it. */
  readonly serviceUrl: string;
  /** Ends every session in it and removes it. */
  drop(): Promise<void>;
}

/** The role of a service in every test database. */
export const SERVICE_ROLE = 'service';

/** Creates an empty database for the caller on the shared cluster, as a clone of a template (some 30 ms). */
export async function testDatabase(): Promise<TestDatabase> {
  const { owner, service } = shared();
  const name = `it_${randomBytes(8).toString('hex')}`;
  await asSuperuser(`CREATE DATABASE ${name} TEMPLATE fresh OWNER owner`);
  return {
    name,
    url: urlOf(name, owner),
    serviceUrl: urlOf(name, service),
    drop: () => asSuperuser(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

function urlOf(name: string, { username, password }: KafkaUser): string {
  const url = new URL(shared().superuserUrl);
  url.username = username;
  url.password = password;
  url.pathname = `/${name}`;
  return url.href;
}

async function asSuperuser(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Returns the shared broker. Use random names of topics and groups. `admin` has all rights. */
export function kafka(): { readonly brokers: string[]; readonly admin: KafkaUser } {
  const { brokers, admin } = shared();
  return { brokers: [brokers], admin };
}

/** Returns the login of a service on the shared broker. */
export function kafkaUser(service: (typeof serviceNames)[number]): KafkaUser {
  const user = shared().users.find((candidate) => candidate.username === service);
  if (user === undefined) throw new Error('no such service');
  return user;
}

export interface PrivateBroker {
  readonly brokers: string[];
  readonly admin: KafkaUser;
  readonly users: readonly KafkaUser[];
  /** Sends SIGKILL and resolves when the process is gone. */
  kill(): Promise<void>;
  /** Stops it in order. */
  stop(): Promise<void>;
  /** Starts it again on the same port and data: 1.5 s after stop(), some 3.5 s after kill(). */
  restart(): Promise<void>;
  /** Ends it and removes its data. Call it in afterAll. */
  remove(): Promise<void>;
}

/** Starts a second Kafka for the caller to kill, stop and wipe. It takes some 3 s to start. */
export async function startPrivateBroker(options: Pick<KafkaOptions, 'retentionCheckMs'> = {}): Promise<PrivateBroker> {
  await mkdir(join(repositoryRoot, '.local'), { recursive: true });
  const root = await mkdtemp(join(repositoryRoot, '.local', `test-broker-${process.pid}-`));
  const admin = { username: 'admin', password: newPassword() };
  const users = serviceNames.map((username) => ({ username, password: newPassword() }));
  const broker = await Kafka.start({
    folder: join(root, 'kafka'),
    port: await freePort(),
    controllerPort: await freePort(),
    admin,
    users,
    logFile: join(root, 'kafka.log'),
    heapMb: 256,
    quickStart: true,
    ...options,
  });
  return {
    brokers: [broker.brokers],
    admin,
    users,
    kill: () => broker.kill(),
    stop: () => broker.stop(),
    restart: () => broker.restart(),
    async remove() {
      await broker.kill();
      await rm(root, { recursive: true, force: true });
    },
  };
}
