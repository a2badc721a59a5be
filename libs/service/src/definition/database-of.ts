import type { DatabaseDeclaration } from '#libs/database';
import { serviceSchema } from './service-schema.js';
import { serviceRights } from './tables.js';

/** The part of a service's definition that is about its database. */
export interface HasDatabase {
  readonly service: string;
  readonly database?: Partial<DatabaseDeclaration>;
}

/** The whole database of a service: what every service has, and its own. */
export function databaseOf({ database = {} }: HasDatabase): DatabaseDeclaration {
  return {
    tables: { ...serviceRights.tables, ...database.tables },
    functions: [...serviceRights.functions, ...(database.functions ?? [])],
    schema: [...serviceSchema, ...(database.schema ?? [])],
  };
}
