import { hearLostSessions, locks, throughPooler } from '#libs/database';
import { Pool } from 'pg';
import { DataSource, type DataSourceOptions, type Logger, type MixedList } from 'typeorm';
import { useSetting } from '../config/use-setting.js';
import { refuseOtherCity, tieToCity } from './city.js';
import { DataVersionError } from './data-version-error.js';

export interface DatabaseOptions {
  readonly url: string;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly entities: MixedList<Function>;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly migrations: MixedList<Function>;
}

/**
 * The data source for entities, migrations and ordinary reads. It logs nothing, because a statement's values come from
 * households.
 */
export function dataSourceOf({ url, entities, migrations }: DatabaseOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations,
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    logger: silent,
    poolSize: 4,
    // TypeORM drops the options of a URL. PostgreSQL's client reads them, and TLS is among them.
    extra: { application_name: 'reads', connectionString: url },
  });
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
};

/**
 * Connects and migrates the schema. Several instances may start at the same time.
 *
 * @throws DataVersionError, OtherCityError
 */
export async function openDatabase({ city, ...options }: ServiceDataSourceOptions): Promise<DataSource> {
  const source = await useSetting('DATABASE_URL', () => new DataSource(options).initialize());
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [locks.migration]);
    await refuseOtherData(source);
    await refuseOtherCity(source, city);
    await source.runMigrations();
    await tieToCity(source, city);
  } catch (error) {
    // The end of the session also releases the lock.
    await source.destroy();
    throw error;
  }
  await runner.query('SELECT pg_advisory_unlock($1)', [locks.migration]);
  await runner.release();
  return source;
}

/**
 * Refuses a database with a migration that this version does not know, because its tables may differ.
 * @throws DataVersionError
 */
async function refuseOtherData(source: DataSource): Promise<void> {
  const tables = await source.query<{ name: string }[]>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  const isListed = tables.some(({ name }) => name === 'migration');
  const done = isListed ? await source.query<{ name: string }[]>('SELECT name FROM migration') : [];
  const isUnlisted = done.length === 0 && tables.some(({ name }) => name !== 'migration');
  if (isUnlisted) throw new DataVersionError('unknown-data');
  const known = new Set(source.migrations.map(({ name }) => name ?? ''));
  const unknown = done.map(({ name }) => name).filter((name) => !known.has(name));
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
