import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import pg from 'pg';

import { services } from '#libs/contracts';
import { repositoryRoot } from '../local/layout.js';
import { freePort } from '../local/ports.js';
import { Postgres } from '../local/postgres.js';
import { newPassword } from '../local/secrets.js';
import { readTables, type Table } from './database-page.js';

const run = promisify(execFile);

/** The tables that the built services make, read from a temporary PostgreSQL cluster. */
export async function tablesOfServices(): Promise<ReadonlyMap<string, readonly Table[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'tables-'));
  const postgres = await Postgres.start({
    folder: join(folder, 'postgres'),
    port: await freePort(),
    superuserPassword: newPassword(),
    logFile: join(folder, 'postgres.log'),
    durable: false,
  });
  try {
    const tables = new Map<string, readonly Table[]>();
    for (const service of services) tables.set(service, await tablesOf(service, postgres.superuserUrl));
    return tables;
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function tablesOf(service: string, superuserUrl: string): Promise<readonly Table[]> {
  const admin = new pg.Client({ connectionString: superuserUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${service}`);
  await admin.end();
  const url = new URL(superuserUrl);
  url.pathname = `/${service}`;
  const migrate = join(repositoryRoot, 'deploy', 'local', 'migrate.mjs');
  await run(process.execPath, [migrate, service], { env: { DATABASE_URL: url.href } });
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return await readTables(client);
  } finally {
    await client.end();
  }
}
