import pg from 'pg';

import { type Service, services } from '#libs/contracts';

export type PerService<T> = Readonly<Record<Service, T>>;

/**
 * Makes or updates one database and one role per service. A role owns its own database's content, is no superuser, and
 * cannot connect to another service's database. Errors of PostgreSQL pass through.
 *
 * @returns the connection strings of the services
 */
export async function prepareDatabases(
  superuserUrl: string,
  passwords: Readonly<Record<string, string>>,
): Promise<PerService<string>> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    // By default, everybody may connect to a new database, and to these two.
    await client.query('REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC');
    for (const service of services) await prepareOne(client, service, passwords[service] ?? '');
  } finally {
    await client.end();
  }
  const urls = services.map((service) => [service, urlFor(superuserUrl, service, passwords[service] ?? '')]);
  return Object.fromEntries(urls) as PerService<string>;
}

async function prepareOne(client: pg.Client, service: Service, password: string): Promise<void> {
  const { rowCount: hasRole } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [service]);
  if (hasRole === 0) await client.query(`CREATE ROLE ${service} LOGIN`);
  await client.query(`ALTER ROLE ${service} PASSWORD '${password}' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION`);
  // The outbox is read only up to the oldest open transaction of the cluster, so no transaction may stay open for long.
  await client.query(`ALTER ROLE ${service} SET transaction_timeout = '60s'`);
  await client.query(`ALTER ROLE ${service} SET idle_in_transaction_session_timeout = '30s'`);
  const { rowCount: hasDatabase } = await client.query('SELECT FROM pg_database WHERE datname = $1', [service]);
  if (hasDatabase === 0) await client.query(`CREATE DATABASE ${service} OWNER ${service}`);
  await client.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${service} FROM PUBLIC`);
}

function urlFor(superuserUrl: string, service: Service, password: string): string {
  const url = new URL(superuserUrl);
  url.username = service;
  url.password = password;
  url.pathname = `/${service}`;
  return url.href;
}
