import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgreSqlContainer, type StartedPostgreSqlContainer } from '@testcontainers/postgresql';
import pg from 'pg';

import { busUp } from '#libs/bus';
import { services } from '#libs/contracts';
import { recordsUp } from '#libs/records';

import { prepareDatabases, type PerService } from '../../deploy/local/databases.js';
import { newPassword } from '../../deploy/local/secrets.js';

let container: StartedPostgreSqlContainer;
let urls: PerService<string>;

beforeAll(async () => {
  container = await new PostgreSqlContainer('postgres:18').start();
  const passwords = Object.fromEntries(services.map((service) => [service, newPassword()]));
  urls = await prepareDatabases(container.getConnectionUri(), passwords);
});
afterAll(async () => {
  await container?.stop();
});

async function ask<T extends object>(url: string, statements: readonly string[]): Promise<T | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let row: T | undefined;
    for (const statement of statements) row = (await client.query<T>(statement)).rows[0];
    return row;
  } finally {
    await client.end();
  }
}

describe('the PostgreSQL of the image', () => {
  it('holds the tables of bus and records for a role that owns them and is nobody special', async () => {
    const version = `SELECT current_setting('server_version_num')::int / 10000 AS major, current_user AS me,
      current_setting('transaction_timeout') AS timeout, rolsuper AS super, (SELECT count(*)::int FROM outbox) AS said
      FROM pg_roles WHERE rolname = current_user`;
    expect(await ask(urls.payments, [...recordsUp, ...busUp, version])).toEqual({
      major: 18,
      me: 'payments',
      timeout: '1min',
      super: false,
      said: 0,
    });
  });

  it('lets no service into the database of another', async () => {
    const foreign = new URL(urls.intake);
    foreign.pathname = '/payments';
    await expect(ask(foreign.href, ['SELECT 1'])).rejects.toMatchObject({ code: '42501' });
  });
});
