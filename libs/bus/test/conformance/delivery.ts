import { describe, expect, it } from '@jest/globals';

import { addDays, HOUR_MS } from '#libs/contracts';

import { BusError } from '../../src/index.js';
import {
  awarded,
  cancelled,
  eventually,
  id,
  ids,
  leaveEffects,
  paymentsHandlers,
  type TestedDatabase,
} from '../support.js';
import { inWorldsOf } from './steps.js';
import { Keys, names, today, World, type Transport } from '../support.js';
import { readLog } from '../log.js';

/** Requirements on every transport: every message arrives once, and only sealed bytes and a day are on the wire. */
export function delivers(transport: Transport): void {
  let world: World;
  let from: TestedDatabase;
  let to: TestedDatabase;
  let keys: Keys;
  inWorldsOf(transport, (made) => {
    ({ keys, world, from, to } = made);
  });

  describe('delivery', () => {
    it('brings every message once, also to a group that begins after it was sent', async () => {
      const { bus: eligibility } = world.bus('eligibility', from);
      await eligibility.start();
      const all = names(300);
      await eligibility.transaction(async (unit) => unit.publish(...all.map((name) => cancelled(name)), awarded('a')));
      await eventually(
        () => eligibility.status(),
        ({ relay }) => relay.sent === 301,
      );
      const { bus: payments } = world.bus('payments', to);
      await payments.start();
      payments.consume(paymentsHandlers());
      expect(
        await eventually(
          () => to.effects(),
          (effects) => effects.length >= 301,
        ),
      ).toEqual(ids([...all, 'a']));
    });

    it('says nothing when the transaction fails, and nothing after it has ended', async () => {
      const { bus: eligibility } = world.bus('eligibility', from);
      const { bus: payments } = world.bus('payments', to);
      await Promise.all([eligibility.start(), payments.start()]);
      payments.consume(paymentsHandlers());
      const failing = eligibility.transaction(async (unit) => {
        unit.publish(cancelled('rolled-back'));
        throw new Error('the state was refused');
      });
      await expect(failing).rejects.toThrow('the state was refused');
      const late = await eligibility.transaction((unit) => Promise.resolve(unit));
      expect(() => late.publish(cancelled('too late'))).toThrow(BusError);
      await eligibility.transaction(async (unit) => unit.publish(cancelled('committed')));
      await eventually(
        () => to.effects(),
        (effects) => effects.length > 0,
      );
      expect(await to.effects()).toEqual([id('committed')]);
    });

    it('refuses at once what the contract does not allow, and days without an outbox', async () => {
      const { bus: eligibility } = world.bus('eligibility', from);
      await eligibility.start();
      const publish = (message: ReturnType<typeof cancelled>) =>
        eligibility
          .transaction(async (unit) => unit.publish(message))
          .catch((error: unknown) => (error as BusError).code);
      expect(
        await publish({ ...cancelled('x'), payload: { grant: id('x'), version: 0, reason: 'withdrawn' } } as never),
      ).toBe('invalid-field');
      expect(await publish(cancelled('x', 1, '2020-01-01'))).toBe('day-out-of-range');
      const payments = world.bus('payments', to).bus;
      await payments.start();
      const foreign = payments.transaction(async (unit) => unit.publish(cancelled('x') as never));
      await expect(foreign).rejects.toMatchObject({ code: 'foreign-message' });
    });

    it('puts on the wire sealed bytes of one size and the day’s midnight: no key, header or finer time', async () => {
      const { bus: eligibility } = world.bus('eligibility', from);
      await eligibility.start();
      const all = names(40);
      await eligibility.transaction(async (unit) => unit.publish(...all.map((name) => cancelled(name))));
      await eventually(
        () => eligibility.status(),
        ({ relay }) => relay.sent === 40,
      );
      const records = await readLog(world, 'eligibility.grant-cancelled.v1', 40);
      expect(new Set(records.map(({ timestamp }) => timestamp))).toEqual(new Set([String(Date.parse(today()))]));
      expect(new Set(records.map(({ value }) => value.length)).size).toBe(1);
      expect(records.filter(({ key, headers }) => key !== null || headers > 0)).toEqual([]);
      expect(records.filter(({ value }) => value.includes('withdrawn') || value.includes(id('g0001')))).toEqual([]);
    });

    it('does not write messages down in the order of their publication', async () => {
      const { bus: eligibility } = world.bus('eligibility', from);
      const opener = keys.opener('payments');
      await eligibility.start();
      const all = names(60);
      await eligibility.transaction(async (unit) => unit.publish(...all.map((name) => cancelled(name))));
      const { rows } = await from.pool.query<{ envelope: Buffer }>(
        'SELECT envelope FROM outbox ORDER BY epoch, xid, seq',
      );
      const expected = { contract: 'eligibility.grant-cancelled', version: 1, producer: 'eligibility', day: today() };
      const written = rows.map(
        ({ envelope }) => (JSON.parse(opener.open(expected, envelope).toString()) as { grant: string }).grant,
      );
      expect([...written].sort()).toEqual(ids(all));
      expect(written).not.toEqual(ids(all));
    });
  });

  describe('what is handled', () => {
    it('is known by its key: published again it changes nothing, with other content it is parked', async () => {
      const { bus: eligibility } = world.bus('eligibility', from);
      const { bus: payments } = world.bus('payments', to);
      await Promise.all([eligibility.start(), payments.start()]);
      payments.consume(paymentsHandlers());
      const other = { ...cancelled('a'), payload: { grant: id('a'), version: 1, reason: 'duplicate' } } as never;
      for (const message of [cancelled('a'), cancelled('a'), cancelled('a', 2), other]) {
        await eligibility.transaction(async (unit) => unit.publish(message));
      }
      await eventually(
        () => payments.status(),
        ({ counts }) => counts.done + counts.repeated + counts.parked >= 4,
      );
      expect(await to.effects()).toEqual([id('a'), id('a')]);
      expect((await payments.status()).counts).toMatchObject({ done: 2, repeated: 1, parked: 1 });
      expect(await to.parked()).toEqual({ 'other-content': 1 });
    });

    it('can be kept for later, sealed, and comes back when its hour has come', async () => {
      let now = new Date();
      let visits = 0;
      const { bus: eligibility } = world.bus('eligibility', from);
      const { bus: payments } = world.bus('payments', to, { clock: () => now });
      await Promise.all([eligibility.start(), payments.start()]);
      payments.consume(
        paymentsHandlers(async (deliveries, { tx }) => {
          visits += 1;
          if (visits === 1) return deliveries.map(() => ({ status: 'park', code: 'too-early' }));
          await leaveEffects(tx, deliveries);
          return deliveries.map(() => ({ status: 'done' }));
        }),
      );
      await eligibility.transaction(async (unit) => unit.publish(cancelled('a')));
      await eventually(
        () => to.parked(),
        (parked) => parked['too-early'] === 1,
      );
      expect(await to.keepParkedForLater(new Date(now.getTime() + 1_000))).toBe(1);
      payments.wakeLater();
      await eventually(
        () => payments.status(),
        ({ lag }) => lag === 0,
      );
      expect([visits, await to.effects()]).toEqual([1, []]);
      now = new Date(now.getTime() + HOUR_MS);
      payments.wakeLater();
      expect(
        await eventually(
          () => to.effects(),
          (effects) => effects.length > 0,
        ),
      ).toEqual([id('a')]);
      payments.wakeLater();
      await eligibility.republish();
      await eventually(
        () => payments.status(),
        ({ counts }) => counts.repeated === 1,
      );
      expect([visits, await to.effects()]).toEqual([2, [id('a')]]);
    });

    it('answers in the same transaction', async () => {
      const { bus: eligibility } = world.bus('eligibility', from);
      const { bus: payments } = world.bus('payments', to);
      await Promise.all([eligibility.start(), payments.start()]);
      const { grantClosed, message } = await import('#libs/contracts');
      payments.consume(
        paymentsHandlers((deliveries, unit) => {
          for (const { payload, day } of deliveries) {
            unit.publish(message(grantClosed, day, { grant: payload.grant, ended: 'cancelled' }));
          }
          return Promise.resolve(deliveries.map(() => ({ status: 'done' })));
        }),
      );
      await eligibility.transaction(async (unit) => unit.publish(cancelled('a'), cancelled('b')));
      expect(await readLog(world, 'payments.grant-closed.v1', 2)).toHaveLength(2);
    });
  });

  it('goes over midnight: a message keeps the day of what it is about', async () => {
    const yesterday = addDays(today(), -1);
    const old = await Keys.create(yesterday);
    const over = await World.create(old, { transport });
    let now = new Date(`${yesterday}T23:59:59Z`);
    const [there, here] = [await over.database(), await over.database()];
    const { bus: eligibility } = over.bus('eligibility', there, { clock: () => now });
    const { bus: payments } = over.bus('payments', here, { clock: () => now });
    await Promise.all([eligibility.start(), payments.start()]);
    const days = new Map<string, string>();
    payments.consume(
      paymentsHandlers(async (deliveries, { tx }) => {
        for (const { payload, day } of deliveries) days.set(payload.grant, day);
        await leaveEffects(tx, deliveries);
        return deliveries.map(() => ({ status: 'done' }));
      }),
    );
    await eligibility.transaction(async (unit) => unit.publish(cancelled('before', 1, yesterday)));
    now = new Date(`${today()}T00:00:01Z`);
    await eligibility.transaction(async (unit) => unit.publish(cancelled('after'), cancelled('late', 1, yesterday)));
    await eventually(
      () => here.effects(),
      (effects) => effects.length >= 3,
    );
    expect(days).toEqual(
      new Map([
        [id('before'), yesterday],
        [id('after'), today()],
        [id('late'), yesterday],
      ]),
    );
    await over.close();
    await old.remove();
  });

  it('shares the work between two members and loses nothing while they come and go', async () => {
    const { bus: eligibility } = world.bus('eligibility', from);
    const [first, second] = [world.bus('payments', to).bus, world.bus('payments', to).bus];
    await Promise.all([eligibility.start(), first.start(), second.start()]);
    const all = names(1_200);
    const publish = async (part: string[]): Promise<void> => {
      for (let at = 0; at < part.length; at += 40) {
        await eligibility.transaction(async (unit) =>
          unit.publish(...part.slice(at, at + 40).map((name) => cancelled(name))),
        );
      }
    };
    first.consume(paymentsHandlers());
    await publish(all.slice(0, 400));
    second.consume(paymentsHandlers());
    await eventually(
      () => second.status(),
      ({ consumer }) => consumer === 'running',
    );
    await publish(all.slice(400, 800));
    await eventually(
      () => second.status(),
      ({ counts }) => counts.done > 0,
    );
    await first.stopConsuming();
    await publish(all.slice(800));
    expect(
      await eventually(
        () => to.effects(),
        (effects) => effects.length >= all.length,
      ),
    ).toEqual(ids(all));
  });
}
