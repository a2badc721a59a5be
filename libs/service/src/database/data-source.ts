import {
  hearLostSessions,
  MIGRATION_TABLE,
  schemaDifferences,
  throughPooler,
  type DatabaseDeclaration,
} from '#libs/database';
import { Pool } from 'pg';
import { DataSource, type DataSourceOptions, type Logger, type MixedList } from 'typeorm';
import { useSetting } from '../config/use-setting.js';
import { refuseOtherCity, tieToCity } from './city.js';
import { DataVersionError } from './data-version-error.js';
import { NotMigratedError, OtherSchemaError } from './schema-error.js';

export interface DatabaseOptions {
  readonly url: string;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly entities: MixedList<Function>;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly migrations: MixedList<Function>;
  /** The role in which every session works; absent: the one that logs in. */
  readonly role?: string | undefined;
}

/**
 * The data source for entities, migrations and ordinary reads. It logs nothing, because a statement's values come from
 * households.
 */
export function dataSourceOf({ url, entities, migrations, role }: DatabaseOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations,
    migrationsTableName: MIGRATION_TABLE,
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    logger: silent,
    poolSize: 4,
    // TypeORM drops the options of a URL. PostgreSQL's client reads them, and TLS is among them.
    extra: { application_name: 'reads', connectionString: url, ...sessionOptions(role) },
  });
}

/** What PostgreSQL's client sends when a session begins. */
export function sessionOptions(role: string | undefined): { readonly options?: string } {
  return role === undefined ? {} : { options: `-c role=${role}` };
}
const POOL_MAX = 8;
/** A turn holds two, and one reads the state of the turns. */
const DIRECT_MAX = 3;

const nothing = (): void => undefined;

/** TypeORM reports a failed migration with the text of the error even if logging is off. */
const silent: Logger = {
  log: nothing,
  logMigration: nothing,
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
};

/** The options of a service's database. */
export type ServiceDataSourceOptions = DataSourceOptions & {
  /** The mark of the city to which the database belongs. */
  readonly city: string;
  readonly declaration: DatabaseDeclaration;
};

/**
 * Connects, and refuses a database that is not exactly as this version declares it. The command `migrate` makes it so,
 * with the rights of the tables' owner.
 *
 * @throws DataVersionError, NotMigratedError, OtherCityError, OtherSchemaError
 */
export async function openDatabase({ city, declaration, ...options }: ServiceDataSourceOptions): Promise<DataSource> {
  const source = await useSetting('DATABASE_URL', () => new DataSource(options).initialize());
  try {
    await refuseOtherData(source);
    await refuseOldTables(source);
    await refuseOtherCity(source, city);
    await refuseOtherSchema(source, declaration);
    await tieToCity(source, city);
  } catch (error) {
    await source.destroy();
    throw error;
  }
  return source;
}

async function refuseOldTables(source: DataSource): Promise<void> {
  const done = await migrationsOf(source);
  const isDone = source.migrations.every(({ name = '' }) => done.includes(name));
  if (!isDone) throw new NotMigratedError();
}

async function refuseOtherSchema(source: DataSource, declaration: DatabaseDeclaration): Promise<void> {
  const reader = { query: async (text: string) => ({ rows: await source.query<unknown[]>(text) }) };
  const found = await schemaDifferences(reader, declaration);
  if (found.length > 0) throw new OtherSchemaError(found);
}

/** @throws OtherSchemaError if the role may not read the list */
async function migrationsOf(source: DataSource): Promise<readonly string[]> {
  const [{ there, readable } = { there: false, readable: false }] = await source.query<
    { there: boolean; readable: boolean }[]
  >(
    `SELECT to_regclass('public.${MIGRATION_TABLE}') IS NOT NULL AS there,
            coalesce(has_table_privilege(to_regclass('public.${MIGRATION_TABLE}')::oid, 'SELECT'), false)
              AND has_schema_privilege('public', 'USAGE') AS readable`,
  );
  if (!there) return [];
  if (!readable) throw new OtherSchemaError([{ what: `right on ${MIGRATION_TABLE}, SELECT`, how: 'missing' }]);
  return (await source.query<{ name: string }[]>(`SELECT name FROM ${MIGRATION_TABLE}`)).map(({ name }) => name);
}

/**
 * Refuses a database with a migration that this version does not know, because its tables may differ.
 * @throws DataVersionError
 */
export async function refuseOtherData(source: DataSource): Promise<void> {
  const tables = await source.query<{ name: string }[]>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  const done = await migrationsOf(source);
  const isUnlisted = done.length === 0 && tables.some(({ name }) => name !== MIGRATION_TABLE);
  if (isUnlisted) throw new DataVersionError('unknown-data');
  const known = new Set(source.migrations.map(({ name }) => name ?? ''));
  const unknown = done.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const newest = Math.max(0, ...[...known].map(madeAt));
  throw new DataVersionError(unknown.some((name) => madeAt(name) > newest) ? 'newer-data' : 'older-data');
}

/** TypeORM ends the name of each migration with its creation time in milliseconds. */
function madeAt(migration: string): number {
  return Number(/\d{13}$/.exec(migration)?.[0] ?? 0);
}

/** Connections that are sessions: not through a pooler. Only what holds a lock beyond one transaction uses them. */
export class DirectPool extends Pool {
  constructor(url: string) {
    super({ connectionString: url, max: DIRECT_MAX, application_name: 'direct' });
    hearLostSessions(this);
  }
}

/**
 * The connections for transactions of the bus and the repositories. Through a pooler in transaction mode, each
 * transaction may run on another session, and nothing of a session outlives it.
 */
export function openPool({ url, isPooled }: { readonly url: string; readonly isPooled: boolean }): Pool {
  const pool = new Pool({ connectionString: url, max: POOL_MAX, application_name: 'service' });
  if (isPooled) throughPooler(pool);
  // The pool replaces a broken idle connection at the next use. Without a listener, the error would end the process.
  pool.on('error', () => undefined);
  return pool;
}
