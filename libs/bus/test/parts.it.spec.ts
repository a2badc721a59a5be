import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { addDays, type Service } from '#libs/contracts';
import { inTransaction, reading } from '#libs/database';
import { Permit } from '#libs/records/testing';
import { ConfigResourceTypes, ConfigSource } from 'kafkajs';

import { prepareTopics } from '../src/index.js';
import { deliver, ordersOf } from '../src/testing.js';
import { kafkaErrorType } from '../src/kafka/kafka-client.js';
import { askForReplay, readPage } from '../src/produce/relay-log.js';
import { createOutboxDays, dropOutboxDays } from '../src/produce/outbox-days.js';
import { statementsOf } from '../../../test/support/statements.js';
import { clientOf, superClient } from './log.js';
import {
  awarded,
  cancelled,
  eventually,
  Keys,
  paymentsHandlers,
  today,
  World,
  type TestedDatabase,
} from './support.js';

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
    const roll = (day: string) =>
      inTransaction(database.pool, async (tx) => {
        await createOutboxDays(tx, day);
        return dropOutboxDays(tx, new Permit(day));
      });
    await roll('2026-03-10');
    const days = ['02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'];
    expect(await outboxDays()).toEqual(days.map((day) => `outbox_202603${day}`));
    await inTransaction(database.pool, async (tx) => {
      const insert = `INSERT INTO outbox (day, epoch, seq, topic, envelope) VALUES ($1, 1, $2, 't', '\\x00')`;
      await tx.query(insert, ['2026-03-02', 1]);
      await tx.query(insert, ['2026-03-04', 2]);
    });
    expect(await roll('2026-03-11')).toEqual(['2026-03-02']);
    expect(await roll('2026-03-12')).toEqual([]);
    expect((await outboxDays())[0]).toBe('outbox_20260304');
    await database.pool.query(`UPDATE relay_cursor SET epoch = 9 WHERE name = 'live'`);
    expect(await roll('2026-03-13')).toEqual([]);
    const { rows } = await database.pool.query('SELECT count(*)::integer AS rows FROM outbox');
    expect(rows).toEqual([{ rows: 0 }]);
  });

  it('is sent again by itself once an hour, also after a clock that ran ahead', async () => {
    const HOUR_MS = 3_600_000;
    const now = Date.parse('2026-03-14T12:00:00Z');
    const ask = (ms: number): Promise<boolean> => askForReplay(database.pool, new Date(now + ms), HOUR_MS);
    expect([await ask(0), await ask(HOUR_MS / 2), await ask(HOUR_MS)]).toEqual([true, false, true]);
    expect([await ask(400 * 24 * HOUR_MS), await ask(2 * HOUR_MS), await ask(2 * HOUR_MS + 1)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('gives way when a transaction is open on the outbox, so that nobody queues behind it', async () => {
    const reader = await database.pool.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM outbox');
    const drop = inTransaction(database.pool, (tx) => dropOutboxDays(tx, new Permit('2026-03-14')));
    await expect(drop).rejects.toMatchObject({ code: '55P03' });
    await reader.query('ROLLBACK');
    reader.release();
  });
});

describe('the relay', () => {
  it('reads transactions in the order of their numbers, also where these get another digit', async () => {
    const own = await world.database();
    await inTransaction(own.pool, (tx) => createOutboxDays(tx, today()));
    const xids = ['9', '10', '99', '100', '101'];
    for (const xid of xids) {
      await own.pool.query(
        `INSERT INTO outbox (day, epoch, xid, seq, topic, envelope) VALUES ($1, 1, $2::xid8, 1, 't', '\\x00')`,
        [today(), xid],
      );
    }
    await own.pool.query(`INSERT INTO outbox_epoch VALUES (1, 'this')`);
    const seen: string[] = [];
    for (let after = { epoch: 0, xid: '0', seq: 0 }; ;) {
      const { rows } = await readPage(own.pool, after, 2);
      const last = rows.at(-1);
      if (last === undefined) break;
      seen.push(...rows.map(({ xid }) => xid));
      after = last;
    }
    expect(seen).toEqual(xids);
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

describe('topics', () => {
  it('are prepared as often as one likes, each time with the configuration as declared', async () => {
    const topic = world.topic('prepared');
    const prepare = (retention: string) =>
      prepareTopics(
        world.broker.connection('admin'),
        [{ topic, partitions: 3, config: { 'retention.ms': retention } }],
        [],
      );
    await Promise.all([prepare('864000000'), prepare('864000000')]);
    await prepare('777000000');
    const admin = superClient(world).admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }],
    });
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.disconnect();
    expect(resources[0]?.configEntries.map(({ configValue }) => configValue)).toEqual(['777000000']);
    expect(topics[0]?.partitions).toHaveLength(3);
  });

  it('keep what an operator has set, get back what was declared, and grow only if that is asked', async () => {
    const topic = world.topic('operated');
    const declared = { topic, partitions: 2, config: { 'retention.ms': '864000000', 'cleanup.policy': 'delete' } };
    const prepare = (options: { readonly isGrown?: boolean; readonly partitions?: number } = {}) =>
      prepareTopics(
        world.broker.connection('admin'),
        [{ ...declared, partitions: options.partitions ?? 2 }],
        [],
        options,
      );
    expect(await prepare()).toMatchObject({ created: [topic], changed: [], copies: [{ topic, copies: 1, inSync: 1 }] });
    const admin = superClient(world).admin();
    await admin.connect();
    const settingsNow = async (): Promise<Readonly<Record<string, string>>> => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
      });
      const own = (resources[0]?.configEntries ?? []).filter(
        ({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG,
      );
      return Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]));
    };
    const partitionsNow = async (): Promise<number> =>
      (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length ?? 0;
    const asDeclared = { ...declared.config, 'min.insync.replicas': '1' };
    expect(await settingsNow()).toEqual(asDeclared);
    const operated = { 'retention.ms': '1000', 'cleanup.policy': 'delete', 'retention.bytes': '5000000' };
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: Object.entries(operated).map(([name, value]) => ({ name, value })),
        },
      ],
    });
    await eventually(settingsNow, (settings) => settings['retention.bytes'] === '5000000');
    expect(await prepare({ partitions: 5 })).toMatchObject({ created: [], changed: [topic] });
    expect(await settingsNow()).toEqual({ ...asDeclared, 'retention.bytes': '5000000' });
    expect(await partitionsNow()).toBe(2);
    expect(await prepare()).toMatchObject({ created: [], changed: [] });
    expect(await prepare({ partitions: 5, isGrown: true })).toMatchObject({ changed: [topic] });
    expect(await eventually(partitionsNow, (count) => count === 5)).toBe(5);
    await expect(prepareTopics(world.broker.connection('admin'), [declared], [], { copies: 2 })).rejects.toMatchObject({
      code: 'too-few-brokers',
    });
    await admin.disconnect();
  });

  it('are written and read by those who are named in the contract, and by nobody else', async () => {
    const writes = async (user: Service): Promise<string> => {
      const producer = clientOf(world, user).producer({ allowAutoTopicCreation: false });
      await producer.connect();
      const topic = world.topic('eligibility.grant-cancelled.v1');
      const send = producer.send({ topic, messages: [{ value: 'x' }] });
      const answer = await send.then(
        () => 'written',
        (error: unknown) => kafkaErrorType(error) ?? 'other',
      );
      await producer.disconnect();
      return answer;
    };
    expect(await writes('eligibility')).toBe('written');
    expect(await writes('payments')).toBe('TOPIC_AUTHORIZATION_FAILED');
    expect(await writes('intake')).toBe('TOPIC_AUTHORIZATION_FAILED');
  });
});

describe('a read outside of any transaction', () => {
  it('costs one statement', async () => {
    const statements = await statementsOf(database.pool, () =>
      reading(database.pool, async (reader) => {
        expect((await reader.query('SELECT $1::integer AS one', [1])).rows).toEqual([{ one: 1 }]);
      }),
    );
    expect(statements).toEqual(['SELECT $1::integer AS one']);
  });

  it.each([
    `UPDATE relay_cursor SET epoch = 9`,
    `WITH gone AS (DELETE FROM outbox RETURNING 1) SELECT * FROM gone`,
    `SELECT 1; DELETE FROM outbox`,
    `SELECT name FROM relay_cursor FOR UPDATE`,
    `SELECT name FROM relay_cursor
       for no key update`,
  ])('refuses %s', async (statement) => {
    const read = (): Promise<unknown> => reading(database.pool, (reader) => reader.query(statement));
    expect(await statementsOf(database.pool, () => expect(read()).rejects.toBeInstanceOf(TypeError))).toEqual([]);
  });
});
