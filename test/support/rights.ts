import pg from 'pg';

import { liveRights, type TableDeclarations } from '#libs/database';

export interface Attempt {
  /** The right that it needs, as a line of `declaredRights`. */
  readonly right: string;
  /** It touches no row, even if it is allowed. */
  readonly statement: string;
}

/** One statement for each table, column and operation. */
export function attemptsOn(tables: TableDeclarations): readonly Attempt[] {
  return Object.entries(tables).flatMap(([table, { columns }]) => [
    { right: `right on ${table}: DELETE`, statement: `DELETE FROM ${table} WHERE false` },
    { right: `right on ${table}: TRUNCATE`, statement: `TRUNCATE ${table}` },
    ...Object.keys(columns).flatMap((column) => [
      { right: `right on ${table}.${column}: SELECT`, statement: `SELECT ${column} FROM ${table} LIMIT 0` },
      {
        right: `right on ${table}.${column}: INSERT`,
        statement: `INSERT INTO ${table} (${column}) SELECT ${column} FROM ${table} WHERE false`,
      },
      {
        right: `right on ${table}.${column}: UPDATE`,
        statement: `UPDATE ${table} SET ${column} = ${column} WHERE false`,
      },
    ]),
  ]);
}

export interface Seen extends Attempt {
  /** `ok`, or the SQLSTATE. */
  readonly outcome: string;
}

export async function outcomesIn(url: string, attempts: readonly Attempt[]): Promise<readonly Seen[]> {
  return withClient(url, async (client) => {
    const seen: Seen[] = [];
    for (const attempt of attempts) seen.push({ ...attempt, outcome: await outcomeOf(client, attempt.statement) });
    return seen;
  });
}

async function outcomeOf(client: pg.Client, statement: string): Promise<string> {
  await client.query('BEGIN');
  try {
    await client.query(statement);
    return 'ok';
  } catch (error) {
    return String((error as { readonly code?: unknown }).code);
  } finally {
    await client.query('ROLLBACK');
  }
}

export function rightsIn(url: string): Promise<readonly string[]> {
  return withClient(url, (client) => liveRights(client));
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
