import { afterEach, beforeEach, expect, it } from '@jest/globals';

import {
  addDays,
  contactGiven,
  contactSlice,
  eligibilityNoticeDue,
  eligibilityRequestFiled,
  factsSubmitted,
  grantClosed,
  message,
  notificationRequestFiled,
  paymentsNoticeDue,
  presenceConfirmed,
  sealedSize,
  type Day,
  type Outgoing,
} from '#libs/contracts';
import { toBase64url } from '#libs/sealing';

import type { BusStatus } from '../src/index.js';
import { handlerOf, type BatchHandler, type HandlerEntry } from '../src/testing.js';
import { cancelled, eventually, id, Keys, paymentsHandlers, today, World, type TestedDatabase } from './support.js';

/** Notification was away for so long that none of its keys is left. */
const LONG_AWAY = 8;
const limits = { watchMs: 100 };

let keys: Keys;
let world: World;
let from: TestedDatabase;
beforeEach(async () => {
  keys = await Keys.create(addDays(today(), -LONG_AWAY));
  for (const service of ['intake', 'eligibility', 'payments'] as const) await keys.ring(service).ensureDayKeys(today());
  world = await World.create(keys);
  from = await world.database();
});
afterEach(async () => {
  await world.close();
  await keys.remove();
});

const notice = (name: string, day: Day = today()): Outgoing<'eligibility'> =>
  message(eligibilityNoticeDue, day, { token: id(name), version: 1, template: 'update' });

const contact = (name: string, day: Day): Outgoing<'intake'> =>
  message(contactGiven, day, {
    submission: id(name),
    sealed: toBase64url(new Uint8Array(sealedSize(contactSlice))),
  });

/** Notification comes back and makes its keys of today and of the days ahead. */
const comesBack = (): Promise<void> => keys.ring('notification').ensureDayKeys(today());

interface Heard {
  readonly name: string;
  readonly day: Day;
}

/** Starts notification, and returns what it hears, in the order of the names. */
async function hearing(): Promise<() => readonly Heard[]> {
  const heard: Heard[] = [];
  const hear: BatchHandler<never> = (deliveries: readonly { readonly payload: object; readonly day: Day }[]) => {
    for (const { payload, day } of deliveries) heard.push({ name: nameIn(payload), day });
    return Promise.resolve(deliveries.map(() => ({ status: 'done' as const })));
  };
  const { bus } = world.bus('notification', await world.database());
  await bus.start();
  const contracts = [contactGiven, eligibilityNoticeDue, paymentsNoticeDue, notificationRequestFiled] as const;
  bus.consume(contracts.map((contract) => handlerOf(contract as never, hear)) as never);
  return () => heard.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const nameIn = (payload: object): string =>
  ['token', 'submission'].flatMap((field) =>
    field in payload ? [(payload as Record<string, string>)[field]] : [],
  )[0] ?? '';

function handlersOfEligibility(): readonly HandlerEntry<'eligibility'>[] {
  const done: BatchHandler<never> = (deliveries: readonly unknown[]) =>
    Promise.resolve(deliveries.map(() => ({ status: 'done' as const })));
  const contracts = [factsSubmitted, eligibilityRequestFiled, grantClosed, presenceConfirmed] as const;
  return contracts.map((contract) => handlerOf(contract as never, done)) as never;
}

const unsealedOf = async (bus: { status(): Promise<BusStatus> }): Promise<number> =>
  (await bus.status()).database?.unsealed ?? -1;

it('a consumer that publishes no key holds up its own messages only; they arrive once it is back', async () => {
  const { bus: eligibility, alarms } = world.bus('eligibility', from, { limits });
  const { bus: payments } = world.bus('payments', await world.database());
  await Promise.all([eligibility.start(), payments.start()]);
  const to = payments;
  to.consume(paymentsHandlers());
  eligibility.consume(handlersOfEligibility());
  const heard = await hearing();
  for (const name of ['a', 'b']) {
    await eligibility.transaction(async ({ publish }) => publish(cancelled(name), notice(name), notice(`${name}2`)));
  }
  await eventually(
    () => payments.status(),
    ({ counts }) => counts.done === 2,
  );
  expect(await unsealedOf(eligibility)).toBe(4);
  await eventually(
    () => Promise.resolve(alarms),
    (told) => told.some(({ code }) => code === 'day-key-missing'),
  );
  expect(alarms.map(({ code }) => code)).toEqual(['day-key-missing']);
  expect(heard()).toEqual([]);
  await comesBack();
  await eventually(
    () => Promise.resolve(heard()),
    ({ length }) => length >= 4,
  );
  expect(heard()).toEqual(['a', 'a2', 'b', 'b2'].map((name) => ({ name: id(name), day: today() })));
  expect(await unsealedOf(eligibility)).toBe(0);
});

it('a message of a past day goes under today’s key; a slice waits for the key of its own day', async () => {
  const yesterday = addDays(today(), -1);
  const { bus: eligibility } = world.bus('eligibility', from);
  const { bus: intake } = world.bus('intake', await world.database());
  await Promise.all([eligibility.start(), intake.start()]);
  await keys.ring('notification').destroyDayKeys(addDays(today(), LONG_AWAY));
  await eligibility.transaction(async ({ publish }) => publish(notice('notice', yesterday)));
  await intake.transaction(async ({ publish }) => publish(contact('old', yesterday), contact('new', today())));
  expect([await unsealedOf(eligibility), await unsealedOf(intake)]).toEqual([1, 2]);
  await comesBack();
  const heard = await hearing();
  await eventually(
    () => Promise.resolve(heard()),
    ({ length }) => length >= 2,
  );
  expect(heard()).toEqual(
    [
      { name: id('new'), day: today() },
      { name: id('notice'), day: today() },
    ].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  );
  expect([await unsealedOf(eligibility), await unsealedOf(intake)]).toEqual([0, 1]);
});
