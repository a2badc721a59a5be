import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { services } from '#libs/contracts';
import { liveSchema } from '#libs/database';
import { ownerAccess, prepareDatabases } from '../local/databases.js';
import { migrateOne } from '../local/migrations.js';
import { freePort } from '../local/ports.js';
import { Postgres } from '../local/postgres.js';
import { newPassword } from '../local/secrets.js';
import { readTables, type Table } from './database-page.js';

/** What the built services make of an empty database. */
export interface Made {
  readonly tables: ReadonlyMap<string, readonly Table[]>;
  readonly schemas: ReadonlyMap<string, readonly string[]>;
}

/** The tables of the built services, read from a temporary PostgreSQL cluster. */
export async function tablesOfServices(): Promise<ReadonlyMap<string, readonly Table[]>> {
  return (await madeByServices()).tables;
}

/** Everything that the built services make, read from a temporary PostgreSQL cluster. */
export async function madeByServices(): Promise<Made> {
  const folder = await mkdtemp(join(tmpdir(), 'tables-'));
  const names = ['superuser', ...services];
  const passwords = Object.fromEntries(names.map((name) => [name, newPassword()]));
  const postgres = await Postgres.start({
    folder: join(folder, 'postgres'),
    port: await freePort(),
    superuserPassword: passwords['superuser'] ?? '',
    logFile: join(folder, 'postgres.log'),
    durable: false,
  });
  try {
    await prepareDatabases(postgres.superuserUrl, passwords);
    const [tables, schemas] = [new Map<string, readonly Table[]>(), new Map<string, readonly string[]>()];
    for (const service of services) {
      const owner = ownerAccess(postgres.superuserUrl, service);
      await migrateOne(service, owner);
      const client = new pg.Client({ connectionString: owner.url });
      await client.connect();
      try {
        tables.set(service, await readTables(client));
        schemas.set(service, await liveSchema(client));
      } finally {
        await client.end();
      }
    }
    return { tables, schemas };
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
