import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { eventually, Keys, paymentsHandlers, World } from './support.js';

let keys: Keys;
let world: World;
beforeAll(async () => {
  keys = await Keys.create();
  world = await World.create(keys);
});
afterAll(async () => {
  await world.close();
  await keys.remove();
});

it.each([
  ['that is away', { brokers: ['127.0.0.1:1'] }, 'broker-away'],
  ['that does not take our password', { password: 'another' }, 'broker-refused-login'],
] as const)('a broker %s is told within seconds, once by the relay and once by the consumer', async (_, wrong, why) => {
  const kafka = { ...world.broker.connection('payments'), ...wrong };
  const { bus, alarms } = world.bus('payments', await world.database(), { kafka });
  await bus.start();
  bus.consume(paymentsHandlers());
  await eventually(
    () => Promise.resolve(alarms),
    (told) => told.length >= 2,
    6_000,
  );
  // By then it has tried again, without another alarm.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(alarms.toSorted((a, b) => a.code.localeCompare(b.code))).toEqual([
    { code: 'consumer-waiting', why },
    { code: 'relay-waiting', why },
  ]);
  await bus.stop();
});
