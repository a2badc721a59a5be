import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { grantAwarded } from '#libs/contracts';
import { inTransaction } from '#libs/database';

import type { Bus } from '../src/index.js';
import { Inbox } from '../src/testing.js';
import { largestEnvelopeBytes } from '../src/inbox/sizes.js';
import { Keys, today, World, type TestedDatabase } from './support.js';

const COUNT = 6;

let keys: Keys;
let world: World;
let database: TestedDatabase;
let bus: Bus<'payments'>;
let inbox: Inbox;
beforeAll(async () => {
  keys = await Keys.create();
  world = await World.create(keys);
  database = await world.database();
  ({ bus } = world.bus('payments', database));
  inbox = new Inbox(database.records(keys.ring('payments')), largestEnvelopeBytes('payments'));
});
afterAll(async () => {
  await world.close();
  await keys.remove();
});

const messages = Array.from({ length: COUNT }, (_, at) => ({
  contractName: grantAwarded.name,
  day: today(),
  envelope: Buffer.from(`message ${at}`),
  code: 'handler-failed',
}));

beforeEach(() => database.pool.query('DELETE FROM record'));

const damageOne = (kind: string): Promise<unknown> =>
  database.pool.query(
    `UPDATE record SET blob = set_bit(blob, 300, 1 - get_bit(blob, 300))
      WHERE (kind, lookup) = (SELECT kind, lookup FROM record WHERE kind = $1 ORDER BY lookup DESC LIMIT 1)`,
    [kind],
  );

const count = async (kind: string): Promise<number> => {
  const { rows } = await database.pool.query('SELECT 1 FROM record WHERE kind = $1', [kind]);
  return rows.length;
};

describe('one damaged parked message', () => {
  beforeEach(async () => {
    await inTransaction(database.pool, (tx) => inbox.parked.park(tx, messages));
    await damageOne('parked');
  });

  it('is counted, and hides neither the database nor the others', async () => {
    expect((await bus.status()).database).toMatchObject({ parked: COUNT });
    const group = { day: today(), count: COUNT - 1, contract: grantAwarded.name, code: 'handler-failed' };
    expect(await bus.parked()).toEqual(expect.arrayContaining([group]));
    expect(await bus.parked()).toContainEqual(expect.objectContaining({ code: 'damaged', count: 1 }));
  });

  it('keeps no other from being retried', async () => {
    expect(await bus.retryParked()).toBe(COUNT - 1);
    expect([await count('parked'), await count('later')]).toEqual([1, COUNT - 1]);
  });
});

describe('one damaged delayed message', () => {
  it('keeps no other from its handler', async () => {
    const due = new Date(Date.now() - 3_600_000);
    await inTransaction(database.pool, (tx) =>
      inbox.delayed.keep(
        tx,
        messages.map((message) => ({ ...message, due })),
      ),
    );
    await damageOne('later');
    const claimed = await inTransaction(database.pool, (tx) =>
      inbox.delayed.claimDue(tx, { now: new Date(), limit: 100 }),
    );
    expect(claimed).toHaveLength(COUNT - 1);
  });
});
