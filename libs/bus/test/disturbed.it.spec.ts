import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { addDays, DAY_MS } from '#libs/contracts';
import { locks, inTransaction } from '#libs/database';
import { SealingError, type EnvelopeOpener } from '#libs/sealing';
import kafkajs from 'kafkajs';
import pg from 'pg';

import { failureOf } from '../src/trouble/failure.js';
import type { BusStatus } from '../src/index.js';
import { superClient } from './log.js';
import {
  awarded,
  cancelled,
  eventually,
  id,
  Keys,
  paymentsHandlers,
  today,
  World,
  type TestedDatabase,
} from './support.js';

const FROZEN_MS = 1_000;

let keys: Keys;
let world: World;
let eligibility: TestedDatabase;
beforeAll(async () => {
  keys = await Keys.create();
});
afterAll(() => keys.remove());
beforeEach(async () => {
  world = await World.create(keys);
  eligibility = await world.database();
});
afterEach(() => world.close());

/** Holds the lock of the relay as a stopped process does: its connection stays open and silent. */
async function frozenLeader(): Promise<{ readonly wasEnded: () => boolean }> {
  const client = new pg.Client({ connectionString: eligibility.url });
  let wasEnded = false;
  client.on('error', () => (wasEnded = true));
  await client.connect();
  await client.query('SELECT pg_advisory_lock($1)', [locks.relay]);
  return { wasEnded: () => wasEnded };
}

describe('a leader of the relay', () => {
  it('whose process does not move is one no more: another sends', async () => {
    const frozen = await frozenLeader();
    const { bus } = world.bus('eligibility', eligibility, { limits: { frozenMs: FROZEN_MS } });
    await bus.start();
    await bus.transaction(({ publish }) => Promise.resolve(publish(awarded('a'))));
    await eventually(
      () => bus.status(),
      ({ relay, database }) => relay.isLeader && database?.backlog === 0,
    );
    expect(frozen.wasEnded()).toBe(true);
  }, 30_000);

  it('that waits for its broker keeps its place, however long that takes', async () => {
    const [slow, other] = [1, 2].map((number) =>
      world.bus('eligibility', eligibility, {
        limits: { frozenMs: FROZEN_MS },
        ...(number === 1
          ? { failpoint: (name) => (name === 'relay-sent' ? sleep(4 * FROZEN_MS) : Promise.resolve()) }
          : {}),
      }),
    ) as [ReturnType<World['bus']>, ReturnType<World['bus']>];
    await slow.bus.start();
    await eventually(
      () => slow.bus.status(),
      ({ relay }) => relay.isLeader,
    );
    await other.bus.start();
    await slow.bus.transaction(({ publish }) => Promise.resolve(publish(cancelled('a') as never)));
    const { relay } = await eventually(
      () => slow.bus.status(),
      ({ database }) => database?.backlog === 0,
    );
    expect([relay.isLeader, relay.sent, (await other.bus.status()).relay.sent]).toEqual([true, 1, 0]);
  }, 30_000);
});

it('a day that has begun before anybody has made its outbox is made by whoever says something in it', async () => {
  let now = new Date();
  const { bus } = world.bus('eligibility', eligibility, { clock: () => now });
  await bus.start();
  now = new Date(now.getTime() + 5 * DAY_MS);
  await bus.transaction(({ publish }) => Promise.resolve(publish(cancelled('a', 1, addDays(today(), 5)) as never)));
  const { rows } = await eligibility.pool.query('SELECT count(*)::integer AS count FROM outbox');
  expect(rows).toEqual([{ count: 1 }]);
});

it('while its own pins cannot be read a service parks nothing: messages wait, and it says so', async () => {
  const { bus: producer } = world.bus('eligibility', eligibility);
  await producer.start();
  await producer.transaction(({ publish }) => Promise.resolve(publish(awarded('a'), awarded('b'))));
  const payments = await world.database();
  const opener = keys.opener('payments');
  let tries = 0;
  const shut: Pick<EnvelopeOpener, 'open'> = {
    open(expected, envelope) {
      tries += 1;
      if (tries <= 3) throw new SealingError('pins-unreadable');
      return opener.open(expected, envelope);
    },
  };
  const { bus, alarms } = world.bus('payments', payments, { opener: shut as EnvelopeOpener });
  await bus.start();
  bus.consume(paymentsHandlers());
  await eventually(
    () => payments.effects(),
    (effects) => effects.length === 2,
  );
  expect(await payments.effects()).toEqual([id('a'), id('b')].sort());
  expect(await payments.parked()).toEqual({});
  expect(alarms.map(({ code }) => code)).toEqual(['keys-waiting']);
}, 30_000);

describe('a consumer without a place in its group', () => {
  /** Changes the rights of payments on its group. With "describe" alone it sees how much waits, but cannot join. */
  async function mayRead(may: boolean): Promise<void> {
    const admin = superClient(world).admin();
    await admin.connect();
    const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
    const rule = {
      resourceType: AclResourceTypes.GROUP,
      resourceName: world.topic('payments'),
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:payments',
      host: '*',
      permissionType: AclPermissionTypes.ALLOW,
    };
    const [reading, seeing] = [AclOperationTypes.READ, AclOperationTypes.DESCRIBE].map((operation) => ({
      ...rule,
      operation,
    })) as [kafkajs.AclEntry, kafkajs.AclEntry];
    await admin.createAcls({ acl: may ? [reading] : [seeing] });
    if (!may) await admin.deleteAcls({ filters: [reading] });
    await admin.disconnect();
  }

  it('is not called reading before it has come in, or long after it was put out, whoever else answers', async () => {
    await mayRead(false);
    const { bus } = world.bus('payments', await world.database(), { limits: { rejoinMs: 1_000 } });
    await bus.start();
    bus.consume(paymentsHandlers());
    const isKept = ({ lag, database, isReading }: BusStatus): boolean =>
      lag === 0 && database !== undefined && !isReading;
    expect((await eventually(() => bus.status(), isKept)).consumer).toBe('joining');
    await mayRead(true);
    await eventually(
      () => bus.status(),
      ({ consumer, isReading }) => isReading && consumer === 'running',
    );
    await mayRead(false);
    await eventually(() => bus.status(), isKept);
  }, 60_000);
});

describe('a session that the server ends in the moment in which it is given', () => {
  /** Accepts every login and announces at once that it is going away. */
  async function goingAway(): Promise<Server> {
    const packet = (type: string, body: string): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(body.length + 4);
      return Buffer.concat([Buffer.from(type), length, Buffer.from(body, 'latin1')]);
    };
    const answer = Buffer.concat([
      packet('R', '\0\0\0\0'),
      packet('Z', 'I'),
      packet('E', 'SFATAL\0C57P01\0Mterminating connection\0\0'),
    ]);
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  it('fails the work, which is tried again, and not the process', async () => {
    const server = await goingAway();
    const { port } = server.address() as AddressInfo;
    const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'nobody', password: 'none', database: 'none' });
    const failed = inTransaction(pool, () => Promise.resolve()).catch((error: unknown) => error);
    expect(failureOf(await failed)).toBe('infrastructure');
    await pool.end();
    await new Promise((resolve) => server.close(resolve));
  });
});
