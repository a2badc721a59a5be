import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { addDays } from '#libs/contracts';

import { deliver, inTransaction, ordersOf } from '../src/index.js';
import { turnOutboxDays } from '../src/schema.js';
import { awarded, cancelled, Keys, paymentsHandlers, today, World, type TestedDatabase } from './support.js';

let keys: Keys;
let world: World;
let database: TestedDatabase;
beforeAll(async () => {
  keys = await Keys.create();
  world = await World.create(keys);
  database = await world.database();
});
afterAll(async () => {
  await world.close();
  await keys.remove();
});

const outboxDays = async (): Promise<string[]> =>
  (
    await database.pool.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
        WHERE i.inhparent = 'outbox'::regclass ORDER BY 1`,
    )
  ).rows.map(({ name }) => name);

describe('the outbox', () => {
  it('has a partition for every day whose key lives, and drops a day when its key dies', async () => {
    const turn = (day: string) => inTransaction(database.pool, (tx) => turnOutboxDays(tx, day));
    await turn('2026-03-10');
    const days = ['02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'];
    expect(await outboxDays()).toEqual(days.map((day) => `outbox_202603${day}`));
    await inTransaction(database.pool, async (tx) => {
      const insert = `INSERT INTO outbox (day, epoch, seq, topic, record) VALUES ($1, 1, $2, 't', '\\x00')`;
      await tx.query(insert, ['2026-03-02', 1]);
      await tx.query(insert, ['2026-03-04', 2]);
    });
    expect(await turn('2026-03-11')).toEqual({ unsentDays: ['2026-03-02'] });
    expect(await turn('2026-03-12')).toEqual({ unsentDays: [] });
    expect((await outboxDays())[0]).toBe('outbox_20260304');
    await database.pool.query(`UPDATE relay_cursor SET epoch = 9 WHERE name = 'live'`);
    expect(await turn('2026-03-13')).toEqual({ unsentDays: [] });
    const { rows } = await database.pool.query('SELECT count(*)::integer AS rows FROM outbox');
    expect(rows).toEqual([{ rows: 0 }]);
  });
});

describe('a script of deliveries', () => {
  it('can be given to handlers in every order on a real database, without a broker', async () => {
    const script = [cancelled('a'), cancelled('a', 2), awarded('a'), cancelled('a')];
    const orders = ordersOf(script);
    expect(orders).toHaveLength(24);
    expect(new Set(orders.map((order) => order.map((each) => script.indexOf(each)).join())).size).toBe(24);
    const ends = new Set<string>();
    for (const order of orders.slice(0, 6)) {
      const own = await world.database();
      const { bus } = world.bus('payments', own);
      const processor = bus.processor(paymentsHandlers());
      for (const delivery of order) await deliver(processor, [delivery]);
      ends.add((await own.effects()).join());
      await deliver(processor, order);
      ends.add((await own.effects()).join());
    }
    expect(ends.size).toBe(1);
  });

  it('parks what its handler throws at, as the bus would', async () => {
    const own = await world.database();
    const { bus } = world.bus('payments', own);
    const processor = bus.processor(paymentsHandlers(() => Promise.reject(new TypeError('bad'))));
    await deliver(processor, [awarded('good'), cancelled('bad', 1, addDays(today(), -1))]);
    expect([(await own.effects()).length, await own.parked()]).toEqual([1, { 'handler-failed': 1 }]);
  });
});
