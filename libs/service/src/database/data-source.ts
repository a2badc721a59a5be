import { locks } from '#libs/database';
import { Pool } from 'pg';
import { DataSource, type DataSourceOptions, type MixedList } from 'typeorm';
import { Staff1764201600000 } from '../auth/staff-migration.js';
import { Staff } from '../auth/staff.entity.js';

export interface DatabaseOptions {
  readonly url: string;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly entities: MixedList<Function>;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly migrations: MixedList<Function>;
  readonly poolSize?: number;
}

/** Entities, migrations and ordinary reads. It logs nothing: a statement's values are what people told us. */
export function dataSourceOf({ url, entities, migrations }: DatabaseOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities: [...listed(entities), Staff],
    migrations: [...listed(migrations), Staff1764201600000],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    poolSize: 4,
    extra: { application_name: 'reads' },
  });
}

/** Every service has staff of its own besides what it names itself. */
function listed<T>(list: MixedList<T>): readonly (T | string)[] {
  return Object.values(list) as T[];
}

/** Connects and brings the schema up to date; several instances may start at once. */
export async function openDatabase(options?: DataSourceOptions): Promise<DataSource> {
  if (options === undefined) throw new TypeError('no database is named');
  const source = await new DataSource(options).initialize();
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [locks.migration]);
    await source.runMigrations();
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [locks.migration]);
    await runner.release();
  }
  return source;
}

/** Connections for transactions: the bus and the stores. */
export function openPool({ url, poolSize = 8 }: Pick<DatabaseOptions, 'url' | 'poolSize'>): Pool {
  const pool = new Pool({ connectionString: url, max: poolSize, application_name: 'service' });
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
}
