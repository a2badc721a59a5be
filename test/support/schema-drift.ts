import type { DataSource } from 'typeorm';

/**
 * The statements by which TypeORM would make the tables of a database those of its entities. Comments are left out:
 * they stand in the migrations alone.
 */
export async function schemaDrift(source: DataSource): Promise<readonly string[]> {
  const { upQueries } = await source.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query).filter((query) => !query.startsWith('COMMENT ON '));
}
