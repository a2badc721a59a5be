import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StartedPostgreSqlContainer } from '@testcontainers/postgresql';
import pg from 'pg';

import { services } from '#libs/contracts';

import { ownerAccess, prepareDatabases, type PerService } from '../../deploy/local/databases.js';
import { migrateOne } from '../../deploy/local/migrations.js';
import { newPassword } from '../../deploy/local/secrets.js';
import { testCertificates, type TestCertificates } from './certificates.js';
import { startPostgres, superuserUrlOf } from './postgres-container.js';

let certificates: TestCertificates;
let container: StartedPostgreSqlContainer;
let urls: PerService<string>;

beforeAll(async () => {
  certificates = await testCertificates('postgres');
  container = await startPostgres(certificates);
  const passwords = Object.fromEntries(services.map((service) => [service, newPassword()]));
  urls = await prepareDatabases(superuserUrlOf(container, certificates), passwords);
});
afterAll(async () => {
  await container?.stop();
  await certificates?.remove();
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
  it('holds the tables of a service for a role that owns none of them and is nobody special', async () => {
    await migrateOne('payments', ownerAccess(superuserUrlOf(container, certificates), 'payments'));
    const version = `SELECT current_setting('server_version_num')::int / 10000 AS major, current_user AS me,
      current_setting('transaction_timeout') AS timeout, rolsuper AS super, (SELECT count(*)::int FROM outbox) AS said
      FROM pg_roles WHERE rolname = current_user`;
    expect(await ask(urls.payments, [version])).toEqual({
      major: 18,
      me: 'payments',
      timeout: '1min',
      super: false,
      said: 0,
    });
  });

  it('proves its name to a client, and accepts no connection in plain text', async () => {
    const [plain, unproven] = [new URL(urls.payments), new URL(urls.payments)];
    plain.search = '';
    // The authority of the machine did not sign the certificate.
    unproven.searchParams.delete('sslrootcert');
    await expect(ask(plain.href, ['SELECT 1'])).rejects.toMatchObject({ code: '28000' });
    await expect(ask(unproven.href, ['SELECT 1'])).rejects.toThrow(/certificate/);
    const version = 'SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    expect(await ask(urls.payments, [version])).toEqual({ version: 'TLSv1.3' });
  });

  it('lets no service into the database of another', async () => {
    const foreign = new URL(urls.intake);
    foreign.pathname = '/payments';
    await expect(ask(foreign.href, ['SELECT 1'])).rejects.toMatchObject({ code: '42501' });
  });
});
