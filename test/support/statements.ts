import type { Pool, PoolClient } from 'pg';

/** Returns every statement that sessions of a pool get while work runs, with BEGIN and COMMIT, in order. */
export async function statementsOf(pool: Pool, work: () => Promise<unknown>): Promise<readonly string[]> {
  const statements: string[] = [];
  const heard = new Map<PoolClient, PoolClient['query']>();
  const hear = (client: PoolClient): void => {
    if (heard.has(client)) return;
    const query = client.query.bind(client) as (...given: readonly unknown[]) => unknown;
    heard.set(client, client.query);
    client.query = ((...given: readonly unknown[]) => {
      const [statement] = given as readonly [string | { readonly text: string }];
      statements.push(typeof statement === 'string' ? statement : statement.text);
      return query(...given);
    }) as never;
  };
  pool.on('acquire', hear);
  try {
    await work();
  } finally {
    pool.off('acquire', hear);
    for (const [client, query] of heard) client.query = query;
  }
  return statements;
}
