import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import pg from 'pg';

import { superuserUrl } from '../../../../test/support/stack.js';
import { cancelled, eventually, Keys, World, type TestedDatabase, type Transport } from '../support.js';

export interface Made {
  readonly keys: Keys;
  readonly world: World;
  readonly from: TestedDatabase;
  readonly to: TestedDatabase;
}

/** Gives each test a world of its own with two databases; the keys are the same in all of them. */
export function inWorldsOf(transport: Transport, use: (made: Made) => void): void {
  let keys: Keys;
  let world: World;
  beforeAll(async () => {
    keys = await Keys.create();
  });
  afterAll(() => keys.remove());
  beforeEach(async () => {
    world = await World.create(keys, { transport });
    use({ keys, world, from: await world.database(), to: await world.database() });
  });
  afterEach(() => world.close());
}

/** Eligibility publishes one message for each name. Waits until all of them are in the log. */
export async function publishAll(world: World, from: TestedDatabase, all: readonly string[]): Promise<void> {
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
