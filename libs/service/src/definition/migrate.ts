import { grantStatements, locks, type DatabaseDeclaration } from '#libs/database';
import { DataSource, type QueryRunner } from 'typeorm';
import { ConfigError } from '../config/config-error.js';
import type { Environment } from '../config/environment.js';
import { readConfig, Setting } from '../config/setting.js';
import { OwnerConfig } from '../config/owner.config.js';
import { IsRoleName } from '../config/validators.js';
import { UnusableSettingError, useSetting } from '../config/use-setting.js';
import { databaseOf, type HasDatabase } from './database-of.js';
import { entitiesOf } from './entities.js';
import type { ServiceDefinition } from './service-definition.js';
import { dataSourceOf, refuseOtherData } from '../database/data-source.js';
import { DataVersionError } from '../database/data-version-error.js';
import { keptDataExitCodeOf } from '../database/kept-data.js';
import { NoRoleError, SameRoleError } from '../database/schema-error.js';

class MigrationConfig extends OwnerConfig {
  /** The role of the service, which gets its rights; by default its name. */
  @Setting('DATABASE_ROLE', { optional: true })
  @IsRoleName()
  readonly role?: string;
}

type Migrated = HasDatabase & Pick<ServiceDefinition<never>, 'entities' | 'migrations'>;

/**
 * The command `DATABASE_OWNER_URL=… node main.js migrate`: makes the tables of this version and gives the role of the
 * service exactly the declared rights. It can run any number of times. Sets the exit code.
 */
export async function runMigration(definition: Migrated, env: Environment): Promise<void> {
  try {
    const { ownerUrl, ownerRole, role = definition.service } = readConfig(MigrationConfig, env);
    await migrate(definition, { ownerUrl, ownerRole, role });
    process.stdout.write('the database has the tables of this version\n');
  } catch (error) {
    const isOurs = ours.some((each) => error instanceof each);
    process.stderr.write(`${isOurs ? (error as Error).message : 'the database refused the migration'}\n`);
    process.exitCode = keptDataExitCodeOf(error) ?? 1;
  }
}

interface Roles {
  readonly ownerUrl: string;
  /** The owner, if the one who logs in is not the owner but may become it. */
  readonly ownerRole?: string | undefined;
  /** The role of the service. */
  readonly role: string;
}

const ours = [ConfigError, DataVersionError, UnusableSettingError, SameRoleError, NoRoleError] as const;

/**
 * Migrates as the owner. Several processes may do it at the same time.
 * @throws UnusableSettingError, DataVersionError, SameRoleError, NoRoleError
 */
export async function migrate(definition: Migrated, { ownerUrl: url, ownerRole, role }: Roles): Promise<void> {
  const { migrations } = definition;
  const options = dataSourceOf({ url, entities: entitiesOf(definition), migrations, role: ownerRole }).options;
  const source = await useSetting('DATABASE_OWNER_URL', () => new DataSource(options).initialize());
  const runner = source.createQueryRunner();
  try {
    // The end of the session also releases the lock.
    await runner.query('SELECT pg_advisory_lock($1)', [locks.migration]);
    await refuseUnfitRole(runner, role);
    await refuseOtherData(source);
    await source.runMigrations();
    await grant(runner, databaseOf(definition), role);
  } finally {
    await runner.release();
    await source.destroy();
  }
}

async function refuseUnfitRole(runner: QueryRunner, role: string): Promise<void> {
  const [found] = (await runner.query(
    `SELECT rolsuper OR pg_has_role(oid, current_user, 'MEMBER') AS unfit FROM pg_roles WHERE rolname = $1`,
    [role],
  )) as { unfit: boolean }[];
  if (found === undefined) throw new NoRoleError();
  if (found.unfit) throw new SameRoleError();
}

async function grant(runner: QueryRunner, declaration: DatabaseDeclaration, role: string): Promise<void> {
  const [here] = (await runner.query('SELECT current_database() AS name')) as { name: string }[];
  await runner.startTransaction();
  try {
    const statements = grantStatements(declaration, { role, database: here?.name ?? '' });
    for (const statement of statements) await runner.query(statement);
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  }
}
