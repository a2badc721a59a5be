import type { TableDeclarations, TableRights } from './table-declaration.js';

/** The parts of a database that decide what the service's role may do. */
export interface RightsDeclaration {
  readonly tables: TableDeclarations;
  /** Functions that the service calls, with the types of their arguments: `drop_outbox_day(date)`. */
  readonly functions: readonly string[];
}

/** The table in which TypeORM lists the migrations that were run. A service reads it at its start. */
export const MIGRATION_TABLE = 'migration';

const MIGRATION_COLUMNS = ['id', 'timestamp', 'name'];

/**
 * Returns statements that give a role exactly the declared rights, and everybody else none. The owner of the database
 * runs them in one transaction, after the migrations.
 */
export function grantStatements(
  { tables, functions }: RightsDeclaration,
  { role, database }: { readonly role: string; readonly database: string },
): readonly string[] {
  const [to, db] = [identifier(role), identifier(database)];
  const everybody = `PUBLIC, ${to}`;
  return [
    `REVOKE ALL ON DATABASE ${db} FROM ${everybody}`,
    `REVOKE ALL ON SCHEMA public FROM ${everybody}`,
    `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${everybody}`,
    `REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ${everybody}`,
    `REVOKE ALL ON ALL ROUTINES IN SCHEMA public FROM ${everybody}`,
    `GRANT CONNECT ON DATABASE ${db} TO ${to}`,
    `GRANT USAGE ON SCHEMA public TO ${to}`,
    `GRANT SELECT ON ${MIGRATION_TABLE} TO ${to}`,
    ...Object.entries(tables).map(([table, { rights }]) => `GRANT ${listed(rights)} ON ${table} TO ${to}`),
    ...functions.map((signature) => `GRANT EXECUTE ON FUNCTION ${signature} TO ${to}`),
  ];
}

function listed({ insert, update, delete: remove }: TableRights): string {
  return [
    'SELECT',
    ...(insert === undefined ? [] : [insert === true ? 'INSERT' : `INSERT (${insert.join(', ')})`]),
    ...(update === undefined ? [] : [`UPDATE (${update.join(', ')})`]),
    ...(remove === undefined ? [] : ['DELETE']),
  ].join(', ');
}

/** Returns one line for each declared right, in the form in which `liveRights` reports what the role can do. */
export function declaredRights({ tables, functions }: RightsDeclaration): readonly string[] {
  return [
    'right on database: CONNECT',
    'right on schema public: USAGE',
    ...MIGRATION_COLUMNS.map((column) => `right on ${MIGRATION_TABLE}.${column}: SELECT`),
    ...Object.entries(tables).flatMap(([table, { columns, rights }]) => linesOf(table, Object.keys(columns), rights)),
    ...functions.map((signature) => `right on ${signature}: EXECUTE`),
  ];
}

function linesOf(table: string, columns: readonly string[], { insert, update, delete: remove }: TableRights): string[] {
  const inserted = insert === true ? columns : (insert ?? []);
  return [
    ...columns.map((column) => `right on ${table}.${column}: SELECT`),
    ...inserted.map((column) => `right on ${table}.${column}: INSERT`),
    ...(update ?? []).map((column) => `right on ${table}.${column}: UPDATE`),
    ...(remove === undefined ? [] : [`right on ${table}: DELETE`]),
  ];
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
