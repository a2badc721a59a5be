import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { inTransaction } from '#libs/database';
import { ConfigResourceTypes } from 'kafkajs';

import type { Bus } from '../src/index.js';
import { clientOf } from './log.js';
import { chosen } from './slices.js';
import {
  cancelled,
  eventually,
  ids,
  Keys,
  leaveEffects,
  names,
  paymentsHandlers,
  World,
  type CancelHandler,
  type TestedDatabase,
} from './support.js';

let keys: Keys;
let world: World;
let from: TestedDatabase;
let to: TestedDatabase;
beforeAll(async () => {
  keys = await Keys.create();
});
beforeEach(async () => {
  world = await World.create(keys);
  [from, to] = [await world.database(), await world.database()];
});
afterEach(() => world.close());
afterAll(() => keys.remove());

const parkAll: CancelHandler = (deliveries) =>
  Promise.resolve(deliveries.map(() => ({ status: 'park', code: 'bad-release' })));

async function publish(bus: Bus<'eligibility'>, all: readonly string[]): Promise<void> {
  await bus.transaction((unit) => Promise.resolve(unit.publish(...all.map((name) => cancelled(name)))));
}

describe('the circuit breaker of the consumer', () => {
  it('counts slow messages too, goes on counting after a restart, and parks twenty of them', async () => {
    const { bus: eligibility } = world.bus('eligibility', from);
    await eligibility.start();
    let parked = 0;
    for (const process of [1, 2]) {
      const { bus: payments, alarms } = world.bus('payments', to);
      await payments.start();
      payments.consume(paymentsHandlers(parkAll));
      for (let at = 0; at < 12; at += 1) {
        await publish(eligibility, [`bad ${process} ${at}`]);
        const { isTripped, counts } = await eventually(
          () => payments.status(),
          (status) => status.isTripped || status.counts.parked > at,
        );
        parked += counts.parked > at ? 1 : 0;
        if (isTripped) break;
      }
      if (process === 2) {
        expect((await payments.status()).isTripped).toBe(true);
        expect(alarms.filter(({ code }) => code === 'tripped')).toHaveLength(1);
      }
      await payments.stop();
    }
    expect([parked, await to.parked()]).toEqual([20, { 'bad-release': 20 }]);
  });
});

describe('what devices sealed badly', () => {
  it('is parked, counted apart, and trips nothing', async () => {
    const { bus: intake } = world.bus('intake', from);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([intake.start(), payments.start()]);
    payments.consume(paymentsHandlers(undefined, parkAll as never));
    await intake.transaction((unit) =>
      Promise.resolve(unit.publish(...(names(30).map((name) => chosen(name)) as never[]))),
    );
    const { database, isTripped } = await eventually(
      () => payments.status(),
      (status) => status.database?.parked === 30,
    );
    expect([isTripped, database?.parkedFromDevices, database?.isParkedExpiring]).toEqual([false, 30, false]);
    expect(await inTransaction(to.pool, (tx) => payments.dismissParked(tx, 'other-code'))).toBe(0);
    expect(await inTransaction(to.pool, (tx) => payments.dismissParked(tx, 'bad-release'))).toBe(30);
    expect((await payments.status()).database).toMatchObject({ parked: 0, parkedFromDevices: 0 });
  });
});

describe('a broker that refuses every message', () => {
  const limit = async (bytes: string): Promise<void> => {
    const admin = clientOf(world, 'admin').admin();
    await admin.connect();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: world.topic('eligibility.grant-cancelled.v1'),
          configEntries: [{ name: 'max.message.bytes', value: bytes }],
        },
      ],
    });
    await admin.disconnect();
  };

  it('stops the relay before a page is parked; after a reset everything is sent once', async () => {
    const { bus: eligibility, alarms } = world.bus('eligibility', from);
    await limit('100');
    await eligibility.start();
    const all = names(60);
    await publish(eligibility, all);
    const { relay, database } = await eventually(
      () => eligibility.status(),
      (status) => status.relay.isTripped,
    );
    expect([relay.refused, database?.parked]).toEqual([0, 0]);
    expect(alarms.map(({ code }) => code)).toContain('relay-tripped');
    await limit('1000000');
    await eligibility.resetBreaker();
    const { bus: payments } = world.bus('payments', to);
    await payments.start();
    payments.consume(paymentsHandlers((deliveries, { tx }) => leaveEffects(tx, deliveries).then(doneOf(deliveries))));
    expect(
      await eventually(
        () => to.effects(),
        (effects) => effects.length >= all.length,
      ),
    ).toEqual(ids(all));
  });

  it('has a few parked, and a retry really sends them', async () => {
    const { bus: eligibility } = world.bus('eligibility', from);
    await limit('100');
    await eligibility.start();
    const all = names(5);
    await publish(eligibility, all);
    await eventually(
      () => eligibility.status(),
      (status) => status.database?.parked === 5,
    );
    await limit('1000000');
    expect(await eligibility.retryParked()).toBe(5);
    const { bus: payments } = world.bus('payments', to);
    await payments.start();
    payments.consume(paymentsHandlers((deliveries, { tx }) => leaveEffects(tx, deliveries).then(doneOf(deliveries))));
    expect(
      await eventually(
        () => to.effects(),
        (effects) => effects.length >= all.length,
      ),
    ).toEqual(ids(all));
    expect((await eligibility.status()).database?.parked).toBe(0);
  });
});

const doneOf = (deliveries: readonly unknown[]) => () => deliveries.map(() => ({ status: 'done' as const }));
