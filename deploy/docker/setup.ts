// The contracts' validators read it while they are loaded.
import 'reflect-metadata';

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import pg from 'pg';

import { services, type Service } from '#libs/contracts';

import { CONNECTIONS_MAX, ownerAccess, prepareDatabases } from '../local/databases.js';
import { declareTopics } from '../local/kafka-topics.js';
import { setUpKeyrings } from '../local/keyring.js';
import { layoutAt } from '../local/layout.js';
import { migrateOne } from '../local/migrations.js';
import { asProblem, StackProblem } from '../local/problem.js';

/**
 * Runs once before the services at each start of the system: databases and roles, tables and rights,
 * keyrings, topics and access rules. A repetition changes nothing that is right. Only this program has the passwords of
 * the superusers.
 */
const layout = layoutAt('/setup');

const databasePassword = (service: Service): string => setting(`DB_PASSWORD_${service.toUpperCase()}`);

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new StackProblem('not-given', name);
  return value;
}

/** @throws StackProblem 'not-given' */
function partitionsIn(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new StackProblem('not-given', 'TOPIC_PARTITIONS must be a whole number');
  return Number(text);
}

/** @throws StackProblem 'bad-option' */
function connectionsMax(): number {
  const text = process.env['DATABASE_CONNECTIONS'] ?? String(CONNECTIONS_MAX);
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new StackProblem('bad-option', 'DATABASE_CONNECTIONS takes 1 to 9999');
  return Number(text);
}

/** @throws StackProblem 'keys-gone' if the volumes of the keyrings are gone but those of the databases are not */
async function refuseWithoutKeys(superuserUrl: string): Promise<void> {
  if (existsSync(join(layout.keyring, 'set-up.json'))) return;
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = ANY($1)', [services]);
    if (rowCount !== 0) throw new StackProblem('keys-gone');
  } finally {
    await client.end();
  }
}

async function step(title: string, work: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  await work();
  console.log(`${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
}

try {
  const superuserUrl = setting('SUPERUSER_URL');
  const passwords = Object.fromEntries(services.map((service) => [service, databasePassword(service)]));
  const admin = { username: 'admin', password: setting('KAFKA_PASSWORD_ADMIN') };
  await refuseWithoutKeys(superuserUrl);
  // Keys first: the next attempt would refuse databases without keys.
  await step('Keys', () => setUpKeyrings(layout));
  await step('Databases', () => prepareDatabases(superuserUrl, passwords, connectionsMax()));
  await step('Tables', async () => {
    for (const service of services) await migrateOne(service, ownerAccess(superuserUrl, service));
  });
  await step('Topics and access rules', () =>
    declareTopics(
      { brokers: setting('KAFKA_BROKERS'), admin, ca: setting('KAFKA_CA') },
      { partitions: partitionsIn(setting('TOPIC_PARTITIONS')) },
    ),
  );
  process.exit(0);
} catch (error) {
  const problem = asProblem(error);
  console.error(problem instanceof StackProblem ? problem.message : problem);
  process.exit(1);
}
