import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';

import { startPrivateBroker, type PrivateBroker } from '../../../../test/support/stack.js';
import { requestRepublish } from '../../src/testing.js';
import { deleteTopic, readLog } from '../log.js';
import {
  awarded,
  cancelled,
  eventually,
  id,
  ids,
  Keys,
  names,
  paymentsHandlers,
  World,
  type Transport,
} from '../support.js';

const TOPIC = 'eligibility.grant-cancelled.v1';

/** Requirements on every transport when the log is lost, full or away, or refuses a message. */
export function survivesTheLog(transport: Transport): void {
  let keys: Keys;
  let world: World;
  let own: PrivateBroker;
  beforeAll(async () => {
    [keys, own] = await Promise.all([Keys.create(), startPrivateBroker()]);
  });
  afterAll(() => Promise.all([keys.remove(), own.remove()]));
  afterEach(() => world.close());

  const privateWorld = (): Promise<World> =>
    World.create(keys, {
      transport,
      broker: {
        connection: (user) => ({
          brokers: own.brokers,
          ...(user === 'admin' ? own.admin : (own.users.find(({ username }) => username === user) ?? own.admin)),
        }),
      },
    });

  it('a broker that is killed and comes back: every message published meanwhile arrives, once', async () => {
    world = await privateWorld();
    const [from, to] = [await world.database(), await world.database()];
    const { bus: eligibility, alarms } = world.bus('eligibility', from);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([eligibility.start(), payments.start()]);
    payments.consume(paymentsHandlers());
    await eligibility.transaction(async (unit) => unit.publish(cancelled('before')));
    await eventually(
      () => to.effects(),
      (effects) => effects.length === 1,
    );
    await own.kill();
    await eligibility.transaction(async (unit) => unit.publish(...names(50).map((name) => cancelled(name))));
    await eventually(
      () => Promise.resolve(alarms),
      (told) => told.some(({ code }) => code === 'relay-waiting'),
    );
    await own.restart();
    await eventually(
      () => to.effects(),
      (effects) => effects.length >= 51,
      40_000,
    );
    expect(await to.effects()).toEqual(ids(['before', ...names(50)]));
  });

  it('a log that was wiped: noticed at the next send, sent again by itself, everything converges', async () => {
    world = await World.create(keys, { transport });
    const [from, to] = [await world.database(), await world.database()];
    const { bus: eligibility, alarms } = world.bus('eligibility', from);
    await eligibility.start();
    for (const name of names(20)) await eligibility.transaction(async (unit) => unit.publish(cancelled(name)));
    await eventually(
      () => eligibility.status(),
      ({ relay }) => relay.sent === 20,
    );
    await deleteTopic(world, TOPIC);
    const again = await World.create(keys, { transport, name: world.name });
    const late = names(20, 'late');
    for (const name of late) await eligibility.transaction(async (unit) => unit.publish(cancelled(name)));
    const { bus: payments } = again.bus('payments', to);
    await payments.start();
    payments.consume(paymentsHandlers());
    await eventually(
      () => to.effects(),
      (effects) => effects.length >= 40,
      20_000,
    );
    expect(await to.effects()).toEqual(ids([...names(20), ...late]));
    expect(alarms.map(({ code }) => code)).toContain('log-lost');
    await again.close();
  });

  it('a second loss within the hour is told, and made good after it, however long the log has grown', async () => {
    let now = new Date();
    world = await World.create(keys, { transport, partitions: 1 });
    const [from, to] = [await world.database(), await world.database()];
    const { bus: eligibility, alarms } = world.bus('eligibility', from, {
      clock: () => now,
      limits: { logWatchMs: 200 },
    });
    const told = (code: string): Promise<number> =>
      Promise.resolve(alarms.filter((alarm) => alarm.code === code).length);
    const sent = async (): Promise<number> => (await eligibility.status()).relay.sent;
    const wiped = async (): Promise<World> => {
      await deleteTopic(world, TOPIC);
      return World.create(keys, { transport, partitions: 1, name: world.name });
    };
    await eligibility.start();
    await eligibility.transaction(async (unit) => unit.publish(...names(20).map((name) => cancelled(name))));
    await eventually(sent, (count) => count === 20);
    const second = await wiped();
    await eventually(
      () => told('log-lost'),
      (count) => count === 1,
    );
    await eventually(sent, (count) => count === 40);
    const third = await wiped();
    await eventually(
      () => told('republish-held'),
      (count) => count > 0,
    );
    // The log becomes longer than it was when it was lost, so that nothing in it shows the loss any more.
    const late = names(60, 'late');
    for (const name of late) await eligibility.transaction(async (unit) => unit.publish(cancelled(name)));
    await eventually(sent, (count) => count === 100);
    expect(await readLog(world, TOPIC, 60)).toHaveLength(60);
    expect(await told('log-lost')).toBe(1);
    now = new Date(now.getTime() + 61 * 60_000);
    const { bus: payments } = world.bus('payments', to);
    await payments.start();
    payments.consume(paymentsHandlers());
    await eventually(
      () => to.effects(),
      (effects) => effects.length >= 80,
      20_000,
    );
    expect(await to.effects()).toEqual(ids([...names(20), ...late]));
    expect(await told('log-lost')).toBe(2);
    await Promise.all([second.close(), third.close()]);
  });

  it('republishing sends everything once more, and changes nothing where it was handled', async () => {
    world = await World.create(keys, { transport });
    const [from, to] = [await world.database(), await world.database()];
    const { bus: eligibility } = world.bus('eligibility', from);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([eligibility.start(), payments.start()]);
    payments.consume(paymentsHandlers());
    await eligibility.transaction(async (unit) => unit.publish(...names(30).map((name) => cancelled(name))));
    await eventually(
      () => to.effects(),
      (effects) => effects.length === 30,
    );
    await requestRepublish(from.pool, new Date());
    await eligibility.transaction(async (unit) => unit.publish(cancelled('new')));
    await eventually(
      () => payments.status(),
      ({ counts }) => counts.repeated === 30,
    );
    await eventually(
      () => to.effects(),
      (effects) => effects.length >= 31,
    );
    expect(await to.effects()).toEqual(ids([...names(30), 'new']));
    expect(await readLog(world, TOPIC, 61)).toHaveLength(61);
  });

  it('what a person had sent again does not keep a lost log waiting', async () => {
    world = await World.create(keys, { transport, partitions: 1 });
    const from = await world.database();
    const { bus: eligibility, alarms } = world.bus('eligibility', from, { limits: { logWatchMs: 200 } });
    const sent = async (): Promise<number> => (await eligibility.status()).relay.sent;
    await eligibility.start();
    await eligibility.transaction(async (unit) => unit.publish(...names(20).map((name) => cancelled(name))));
    await eventually(sent, (count) => count === 20);
    await eligibility.republish();
    await eventually(sent, (count) => count === 40);
    await deleteTopic(world, TOPIC);
    const again = await World.create(keys, { transport, partitions: 1, name: world.name });
    await eventually(sent, (count) => count === 60);
    expect(alarms.map(({ code }) => code).filter((code) => code === 'republish-held')).toEqual([]);
    expect(await readLog(again, TOPIC, 20)).toHaveLength(20);
    await again.close();
  });

  it('a record that the broker refuses is parked by its producer, and holds up nothing', async () => {
    const configOf = (topic: string) =>
      topic === 'eligibility.grant-awarded.v1' ? { 'max.message.bytes': '900' } : {};
    world = await World.create(keys, { transport, configOf });
    const [from, to] = [await world.database(), await world.database()];
    const { bus: eligibility, alarms } = world.bus('eligibility', from);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([eligibility.start(), payments.start()]);
    payments.consume(paymentsHandlers());
    await eligibility.transaction(async (unit) =>
      unit.publish(cancelled('a'), awarded('too large'), cancelled('b'), awarded('too large too'), cancelled('c')),
    );
    await eventually(
      () => to.effects(),
      (effects) => effects.length >= 3,
    );
    await eventually(
      () => from.parked(),
      (parked) => parked['refused'] === 2,
    );
    await eligibility.transaction(async (unit) => unit.publish(cancelled('after')));
    await eventually(
      () => to.effects(),
      (effects) => effects.length >= 4,
    );
    expect(await to.effects()).toEqual(ids(['a', 'after', 'b', 'c']));
    expect(alarms.some(({ code }) => code === 'refused')).toBe(true);
  });

  it('a page larger than one request goes out in portions', async () => {
    world = await World.create(keys, {
      transport,
      partitions: 1,
      configOf: () => ({ 'max.message.bytes': '1048588' }),
    });
    const [from, to] = [await world.database(), await world.database()];
    const { bus: eligibility } = world.bus('eligibility', from);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([eligibility.start(), payments.start()]);
    const all = names(1_500);
    await eligibility.transaction(async (unit) => unit.publish(...all.map((name) => awarded(name))));
    payments.consume(paymentsHandlers());
    await eventually(
      () => to.effects(),
      (effects) => effects.length >= all.length,
      20_000,
    );
    expect(await to.effects()).toEqual(all.map(id).sort());
  });
}
