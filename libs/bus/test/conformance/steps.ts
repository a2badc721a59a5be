import pg from 'pg';

import { superuserUrl } from '../../../../test/support/stack.js';
import { cancelled, eventually, type TestedDatabase, type World } from '../support.js';

/** Eligibility says something under each name, and waits until all of it is in the log. */
export async function sayAll(world: World, from: TestedDatabase, all: readonly string[]): Promise<void> {
  const { bus } = world.bus('eligibility', from);
  await bus.start();
  await bus.transaction(async (unit) => unit.publish(...all.map((name) => cancelled(name))));
  await eventually(
    () => bus.status(),
    ({ database }) => database?.backlog === 0,
  );
  await bus.stop();
}

/** @param which a condition on `pg_stat_activity` */
export async function endSessions(database: TestedDatabase, which: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl() });
  await client.connect();
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = $1 AND pid <> pg_backend_pid() AND (${which})`,
    [new URL(database.url).pathname.slice(1)],
  );
  await client.end();
}
