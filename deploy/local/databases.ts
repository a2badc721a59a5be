import pg from 'pg';

import { type Service, services } from '#libs/contracts';

/**
 * How many connections the role of one service may have: three instances with 14 each, and a few for a person. Four
 * services together leave some of the 200 of the cluster for the superuser, so that none can starve another.
 */
export const CONNECTIONS_MAX = 46;

export type PerService<T> = Readonly<Record<Service, T>>;

/** How the commands that need the rights of a service's owner reach its database. */
export interface OwnerAccess {
  readonly url: string;
  /** The owner, which cannot log in; absent: the login of the URL is the owner. */
  readonly role?: string;
}

/** The role that owns the database and the tables of a service. Nobody can log in as it. */
export function ownerOf(service: Service): string {
  return `${service}_owner`;
}

/** The environment of the commands `migrate` and `enrol`. */
export function ownerEnvironment({ url, role }: OwnerAccess): Readonly<Record<string, string>> {
  return { DATABASE_OWNER_URL: url, ...(role === undefined ? {} : { DATABASE_OWNER_ROLE: role }) };
}

/** The superuser in the database of a service, to work in the role of its owner. */
export function ownerAccess(superuserUrl: string, service: Service): OwnerAccess {
  return { url: urlIn(superuserUrl, service), role: ownerOf(service) };
}

/**
 * Makes or updates one database and two roles per service. The owner owns the database's content and cannot log in. The
 * service's own role owns nothing, and cannot connect to another service's database; the command `migrate` gives it its
 * rights. Errors of PostgreSQL pass through.
 *
 * @returns the connection strings of the services
 */
export async function prepareDatabases(
  superuserUrl: string,
  passwords: Readonly<Record<string, string>>,
  connectionsMax = CONNECTIONS_MAX,
): Promise<PerService<string>> {
  await withClient(superuserUrl, async (client) => {
    // By default, everybody may connect to a new database, and to these two.
    await client.query('REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC');
    for (const service of services) {
      await prepareOne(client, service, { password: passwords[service] ?? '', connectionsMax });
    }
  });
  for (const service of services) await handOver(urlIn(superuserUrl, service), service);
  const urls = services.map((service) => [service, urlFor(superuserUrl, service, passwords[service] ?? '')]);
  return Object.fromEntries(urls) as PerService<string>;
}

const NO_ATTRIBUTE = 'NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';

async function prepareOne(
  client: pg.Client,
  service: Service,
  { password, connectionsMax }: { readonly password: string; readonly connectionsMax: number },
): Promise<void> {
  const owner = ownerOf(service);
  await makeRole(client, owner);
  await makeRole(client, service);
  await client.query(`ALTER ROLE ${owner} NOLOGIN ${NO_ATTRIBUTE}`);
  await client.query(`ALTER ROLE ${service} LOGIN PASSWORD '${password}' ${NO_ATTRIBUTE}`);
  // It looks for old transactions of all roles, and ends those of its database.
  await client.query(`GRANT pg_read_all_stats, pg_signal_backend TO ${owner}`);
  await client.query(`ALTER ROLE ${service} CONNECTION LIMIT ${connectionsMax}`);
  // The outbox is read only up to the oldest open transaction of its database, so none may stay open for long.
  await client.query(`ALTER ROLE ${service} SET transaction_timeout = '60s'`);
  await client.query(`ALTER ROLE ${service} SET idle_in_transaction_session_timeout = '30s'`);
  const { rowCount: hasDatabase } = await client.query('SELECT FROM pg_database WHERE datname = $1', [service]);
  if (hasDatabase === 0) await client.query(`CREATE DATABASE ${service} OWNER ${owner}`);
  await client.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${service} FROM PUBLIC`);
}

async function makeRole(client: pg.Client, role: string): Promise<void> {
  const { rowCount: there } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  if (there === 0) await client.query(`CREATE ROLE ${role}`);
}

/** In a database of an earlier version, the role of the service owns everything. */
async function handOver(url: string, service: Service): Promise<void> {
  await withClient(url, (client) => client.query(`REASSIGN OWNED BY ${service} TO ${ownerOf(service)}`));
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function urlIn(superuserUrl: string, database: string): string {
  const url = new URL(superuserUrl);
  url.pathname = `/${database}`;
  return url.href;
}

function urlFor(superuserUrl: string, service: Service, password: string): string {
  const url = new URL(urlIn(superuserUrl, service));
  url.username = service;
  url.password = password;
  return url.href;
}
