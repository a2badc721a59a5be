import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { awarded, cancelled, eventually, id, Keys, paymentsHandlers, World, type TestedDatabase } from './support.js';

let keys: Keys;
let world: World;
let from: TestedDatabase;
let to: TestedDatabase;
beforeAll(async () => {
  keys = await Keys.create();
  world = await World.create(keys);
  [from, to] = [await world.database(), await world.database()];
});
afterAll(async () => {
  await world.close();
  await keys.remove();
});

it('a consumer whose handler never comes back is told by an alarm, and its process is asked to end, once', async () => {
  const { bus: eligibility } = world.bus('eligibility', from);
  let ends = 0;
  const order: string[] = [];
  const { bus: payments } = world.bus('payments', to, {
    limits: { watchMs: 100, stalledMs: 1_500 },
    onAlarm: ({ code }) => void order.push(code),
    onStalled: () => {
      ends += 1;
      order.push('asked to end');
    },
  });
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await Promise.all([eligibility.start(), payments.start()]);
  await eligibility.transaction(async (unit) => unit.publish(cancelled('held'), awarded('held')));
  payments.consume(
    paymentsHandlers(async (deliveries) => {
      if (deliveries.some(({ payload }) => payload.grant === id('held'))) await held;
      return deliveries.map(() => ({ status: 'done' }));
    }),
  );
  await eventually(
    () => Promise.resolve(ends),
    (count) => count > 0,
  );
  const relevant = (): readonly string[] => order.filter((each) => each === 'stalled' || each === 'asked to end');
  expect(relevant()).toEqual(['stalled', 'asked to end']);
  // Several more looks of the watchdog.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect([ends, relevant().length]).toEqual([1, 2]);
  letGo();
});
