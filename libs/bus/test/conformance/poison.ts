import { describe, expect, it } from '@jest/globals';

import { addDays, DAY_MS, dayNumber, encodePayload, grantCancelled, HOUR_MS, type Day } from '#libs/contracts';
import { turn } from '#libs/records';
import { Permit } from '#libs/records/testing';
import type { SenderKeys } from '#libs/sealing';

import { BusError } from '../../src/index.js';
import { handlerOf } from '../../src/testing.js';
import { writeLog } from '../log.js';
import {
  cancelled,
  eventually,
  id,
  ids,
  Keys,
  leaveEffects,
  names,
  paymentsHandlers,
  today,
  World,
  type TestedDatabase,
  type Transport,
  type CancelHandler,
} from '../support.js';
import { chosen } from '../slices.js';
import { inWorldsOf } from './steps.js';

const FOREVER = String(2n ** 63n - 1n);
const TOPIC = 'eligibility.grant-cancelled.v1';

/** Requirements on every transport when one message, or all of them, are bad. */
export function survivesPoison(transport: Transport): void {
  let world: World;
  let from: TestedDatabase;
  let to: TestedDatabase;
  let keys: Keys;
  inWorldsOf(transport, (made) => {
    ({ keys, world, from, to } = made);
  });

  const cancelRecord = (sender: SenderKeys, name: string, day: Day = today()): Uint8Array => {
    const payload = { grant: id(name), version: 1, reason: 'withdrawn' } as const;
    const target = { contract: 'eligibility.grant-cancelled', version: 1, consumer: 'payments', day };
    return sender.seal(target, encodePayload(grantCancelled, payload));
  };

  describe('one bad message in the middle of a batch', () => {
    const errors = {
      TypeError: () => (undefined as unknown as { field: string }).field,
      RangeError: () => 'x'.repeat(-1),
      SyntaxError: () => JSON.parse('{') as unknown,
      ReferenceError: () => {
        throw new ReferenceError('gone');
      },
    };

    it.each(Object.keys(errors) as (keyof typeof errors)[])(
      'that throws a %s is parked within five seconds, alone',
      async (kind) => {
        const { bus: eligibility } = world.bus('eligibility', from);
        const { bus: payments, alarms } = world.bus('payments', to);
        await Promise.all([eligibility.start(), payments.start()]);
        const all = names(60);
        await eligibility.transaction(async (unit) => unit.publish(...[...all, 'bad'].map((name) => cancelled(name))));
        await eventually(
          () => eligibility.status(),
          ({ relay }) => relay.sent === 61,
        );
        payments.consume(
          paymentsHandlers(async (deliveries, { tx }) => {
            await leaveEffects(tx, deliveries);
            if (deliveries.some(({ payload }) => payload.grant === id('bad'))) errors[kind]();
            return deliveries.map(() => ({ status: 'done' }));
          }),
        );
        await eventually(
          () => to.effects(),
          (effects) => effects.length >= 60,
          5_000,
        );
        await eventually(
          () => to.parked(),
          (parked) => parked['handler-failed'] === 1,
          5_000,
        );
        await eligibility.transaction(async (unit) => unit.publish(cancelled('after')));
        await eventually(
          () => to.effects(),
          (effects) => effects.length >= 61,
        );
        expect(await to.effects()).toEqual(ids([...all, 'after']));
        expect(alarms.filter(({ code }) => code === 'parked')).toEqual([{ code: 'parked', count: 1 }]);
      },
    );
  });

  it('parks what a handler refuses, and tries it again when a person asks', async () => {
    let isMended = false;
    const { bus: eligibility } = world.bus('eligibility', from);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([eligibility.start(), payments.start()]);
    payments.consume(
      paymentsHandlers(async (deliveries, { tx }) => {
        if (!isMended) return deliveries.map(() => ({ status: 'park', code: 'unknown-fund' }));
        await leaveEffects(tx, deliveries);
        return deliveries.map(() => ({ status: 'done' }));
      }),
    );
    await eligibility.transaction(async (unit) => unit.publish(cancelled('a')));
    await eventually(
      () => to.parked(),
      (parked) => parked['unknown-fund'] === 1,
    );
    isMended = true;
    expect(await payments.retryParked()).toBe(1);
    await eventually(
      () => to.effects(),
      (effects) => effects.length === 1,
    );
    expect([await to.effects(), await to.parked()]).toEqual([[id('a')], {}]);
  });

  it('parks whatever was not sealed by its producer for exactly this contract and day', async () => {
    const { bus: payments } = world.bus('payments', to);
    await payments.start();
    payments.consume(paymentsHandlers());
    const good = keys.senderKeys('eligibility');
    const changed = cancelRecord(good, 'changed');
    changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
    const awarded = { contract: 'eligibility.grant-awarded', version: 1, consumer: 'payments', day: today() };
    await writeLog(world, TOPIC, [
      { value: cancelRecord(keys.senderKeys('eligibility', 'intake'), 'forged'), day: today() },
      { value: changed, day: today() },
      { value: cancelRecord(good, 'of yesterday'), day: addDays(today(), -1) },
      { value: cancelRecord(good, 'at noon'), day: today(), laterMs: 1 },
      { value: good.seal(awarded, new Uint8Array(10)), day: today() },
      { value: good.seal({ ...awarded, contract: grantCancelled.name }, new Uint8Array(10)), day: today() },
      { value: new Uint8Array(), day: today() },
      { value: cancelRecord(good, 'good'), day: today() },
    ]);
    await eventually(
      () => payments.status(),
      ({ counts }) => counts.parked + counts.done >= 8,
    );
    expect(await to.effects()).toEqual([id('good')]);
    expect(await to.parked()).toEqual({
      forged: 1,
      'not-opened': 1,
      'wrong-day': 2,
      'wrong-contract': 1,
      'wrong-size': 1,
      malformed: 1,
    });
  });

  it('keeps what is stamped with no day of ours like anything else, until the turn takes it', async () => {
    // The turn destroys keys that other tests need.
    const own = await Keys.create();
    const timed = await World.create(own, {
      transport,
      configOf: () => ({ 'message.timestamp.after.max.ms': FOREVER }),
    });
    try {
      const kept = await timed.database();
      const { bus: payments } = timed.bus('payments', kept);
      await payments.start();
      payments.consume(paymentsHandlers());
      const garbage = (text: string): Uint8Array => new TextEncoder().encode(text);
      const good = cancelRecord(own.senderKeys('eligibility'), 'good at noon');
      await writeLog(timed, TOPIC, [
        { value: garbage('the default of a client'), stamp: Date.now() },
        { value: good, day: today(), laterMs: 12 * HOUR_MS },
        { value: garbage('1970'), stamp: 0 },
        { value: garbage('1970 and a little'), stamp: 1 },
        { value: garbage('9998'), stamp: Date.UTC(9998, 0, 1) },
        { value: garbage('9999'), stamp: Date.UTC(9999, 11, 31, 23, 59, 59, 999) },
        { value: garbage('275760, beyond which there is no date'), stamp: 8_640_000_000_000_001 },
        { value: garbage('the last that a number holds'), stamp: Number.MAX_SAFE_INTEGER },
        { value: garbage('a day ago and a second'), day: addDays(today(), -2), laterMs: DAY_MS - 1_000 },
      ]);
      await eventually(
        () => payments.status(),
        ({ counts }) => counts.parked >= 9,
      );
      const groups = [
        { contract: grantCancelled.name, day: addDays(today(), -2), code: 'wrong-day', count: 1 },
        { contract: grantCancelled.name, day: today(), code: 'malformed', count: 2 },
        { contract: grantCancelled.name, day: today(), code: 'wrong-day', count: 6 },
      ];
      expect(await payments.parked()).toEqual(groups);
      expect((await payments.status()).database).toMatchObject({ parked: 9, isParkedExpiring: false });

      expect(await payments.retryParked()).toBe(9);
      await eventually(
        () => payments.status(),
        ({ counts }) => counts.parked >= 18,
      );
      // Malformed messages under an impossible day are not opened again.
      expect(await kept.parked()).toEqual({ 'wrong-day': 9 });
      expect(await kept.effects()).toEqual([]);

      const night = dayNumber(today());
      const ring = own.ring('payments');
      const turnTo = (later: number) =>
        turn(
          { records: kept.records(ring), keys: ring, pool: kept.pool },
          night + later,
          new Permit(addDays(today(), later)),
        );
      expect(await turnTo(1)).toMatchObject({ moved: 9 });
      expect(await turnTo(2)).toMatchObject({ moved: 9 });
      await payments.stop();
      for (const later of [3, 4, 5, 6, 7, 8]) await turnTo(later);
      expect(await turnTo(9)).toMatchObject({ moved: 0, ended: 8 });
    } finally {
      await timed.close();
      await own.remove();
    }
  });

  it('counts what came after its key had died, and does not park it', async () => {
    const longAgo = addDays(today(), -8);
    const old = await Keys.create(longAgo);
    const target = { contract: grantCancelled.name, version: 1, consumer: 'payments', day: longAgo };
    const envelope = old.senderKeys('eligibility').seal(target, new Uint8Array(grantCancelled.sizeBytes));
    await old.ring('payments').ensureDayKeys(today());
    await old.ring('payments').destroyDayKeys(today());
    const { bus: payments, alarms } = world.bus('payments', to, { opener: old.opener('payments') });
    await payments.start();
    payments.consume(paymentsHandlers());
    await writeLog(world, TOPIC, [{ value: envelope, day: longAgo }]);
    await eventually(
      () => payments.status(),
      ({ counts }) => counts.expired === 1,
    );
    expect([await to.effects(), await to.parked()]).toEqual([[], {}]);
    expect(alarms).toEqual([{ code: 'expired', count: 1 }]);
    await old.remove();
  });

  it('does not let a bad release park a topic: the circuit breaker stops it until it is reset', async () => {
    let isMended = false;
    const { bus: eligibility } = world.bus('eligibility', from);
    const { bus: payments, alarms } = world.bus('payments', to);
    await Promise.all([eligibility.start(), payments.start()]);
    const all = names(200);
    await eligibility.transaction(async (unit) => unit.publish(...all.map((name) => cancelled(name))));
    payments.consume(
      paymentsHandlers(async (deliveries, { tx }) => {
        if (!isMended) throw new TypeError('a bad release');
        await leaveEffects(tx, deliveries);
        return deliveries.map(() => ({ status: 'done' }));
      }),
    );
    const tripped = await eventually(
      () => payments.status(),
      ({ isTripped }) => isTripped,
    );
    expect(tripped.database?.parked).toBeLessThanOrEqual(20);
    expect(alarms.some(({ code }) => code === 'tripped')).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await payments.status()).database?.parked).toBe(tripped.database?.parked);
    isMended = true;
    await payments.resetBreaker();
    await eventually(
      () => payments.status(),
      ({ lag }) => lag === 0,
    );
    await payments.retryParked();
    await eventually(
      () => to.effects(),
      (effects) => effects.length >= all.length,
    );
    expect([await to.effects(), await to.parked()]).toEqual([ids(all), {}]);
  });

  it.each([
    ['is not tripped by bad slices, because anybody can send any number of them', chosen, 'intake', false],
    ['is tripped by as many bad messages of a service', cancelled, 'eligibility', true],
  ] as const)('%s', async (_name, outgoing, producer, isTripped) => {
    const { bus: sender } = world.bus(producer, from);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([sender.start(), payments.start()]);
    const parkAll: CancelHandler = (deliveries) =>
      Promise.resolve(deliveries.map(() => ({ status: 'park', code: 'request-incomplete' })));
    payments.consume(paymentsHandlers(parkAll, parkAll as never));
    await sender.transaction(async (unit) => {
      for (const name of names(60, 'bad')) unit.publish(outgoing(name) as never);
    });
    const status = await eventually(
      () => payments.status(),
      (seen) => seen.isTripped || (seen.counts.parked === 60 && seen.lag === 0),
    );
    expect(status.isTripped).toBe(isTripped);
  });

  it('tries again for ever, and parks nothing, when the trouble is not the message', async () => {
    const { bus: eligibility } = world.bus('eligibility', from);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([eligibility.start(), payments.start()]);
    let failures = 0;
    payments.consume(
      paymentsHandlers(async (deliveries, { tx }) => {
        failures += 1;
        if (failures <= 4) throw Object.assign(new Error('away'), { code: failures % 2 ? 'ECONNREFUSED' : '42501' });
        await leaveEffects(tx, deliveries);
        return deliveries.map(() => ({ status: 'done' }));
      }),
    );
    await eligibility.transaction(async (unit) => unit.publish(cancelled('a')));
    await eventually(
      () => to.effects(),
      (effects) => effects.length === 1,
    );
    expect([failures, await to.parked()]).toEqual([5, {}]);
  });

  it('refuses to read when a contract has no handler, or another service is meant', async () => {
    const { bus: payments } = world.bus('payments', to);
    await payments.start();
    const [, ...some] = paymentsHandlers();
    const codeOf = (act: () => void): string | undefined => {
      try {
        act();
        return undefined;
      } catch (error) {
        return error instanceof BusError ? error.code : 'other';
      }
    };
    expect(codeOf(() => payments.consume(some))).toBe('unhandled-contract');
    expect(codeOf(() => payments.consume([...paymentsHandlers(), ...some]))).toBe('handled-twice');
    const { factsSubmitted } = await import('#libs/contracts');
    const foreign = handlerOf(factsSubmitted, () => Promise.resolve([])) as never;
    expect(codeOf(() => payments.consume([...paymentsHandlers(), foreign]))).toBe('foreign-contract');
    expect((await payments.status()).consumer).toBe('stopped');
  });
}
