import { expect, it } from '@jest/globals';

import {
  awarded,
  cancelled,
  eventually,
  ids,
  names,
  paymentsHandlers,
  type World,
  type TestedDatabase,
  type Transport,
} from '../support.js';
import { endSessions, inWorldsOf, publishAll } from './steps.js';

/** Requirements on every transport when a database goes back to an older state or is replaced by another. */
export function survivesRestores(transport: Transport): void {
  let world: World;
  let from: TestedDatabase;
  let to: TestedDatabase;
  inWorldsOf(transport, (made) => {
    ({ world, from, to } = made);
  });

  it('a database restored to an older state is filled again from the log', async () => {
    const all = names(30);
    await publishAll(world, from, all);
    const { bus: before } = world.bus('payments', to);
    await before.start();
    before.consume(paymentsHandlers());
    await eventually(
      () => to.effects(),
      (effects) => effects.length === all.length,
    );
    await eventually(
      () => before.status(),
      ({ lag }) => lag === 0,
    );
    await before.stop();
    // A mere restart reads nothing again.
    const { bus: again } = world.bus('payments', to);
    await again.start();
    again.consume(paymentsHandlers());
    await publishAll(world, from, ['one more']);
    await eventually(
      () => again.status(),
      ({ lag, counts }) => lag === 0 && counts.done > 0,
    );
    expect((await again.status()).counts).toMatchObject({ done: 1, repeated: 0 });
    await again.stop();
    for (const table of ['effect', 'record', 'applied_offset']) await to.pool.query(`DELETE FROM ${table}`);
    const { bus: after } = world.bus('payments', to);
    await after.start();
    after.consume(paymentsHandlers());
    expect(
      await eventually(
        () => to.effects(),
        (effects) => effects.length > all.length,
      ),
    ).toEqual(ids([...all, 'one more']));
  });

  it('a database restored to an older state while its consumer runs is filled again', async () => {
    const all = names(40);
    const { bus, alarms } = world.bus('payments', to);
    await bus.start();
    bus.consume(paymentsHandlers());
    await publishAll(world, from, all);
    await eventually(
      () => to.effects(),
      (effects) => effects.length === all.length,
    );
    for (const table of ['effect', 'record', 'applied_offset']) await to.pool.query(`DELETE FROM ${table}`);
    // The consumer notices it when it writes. Messages that it has lost are older than these.
    const late = names(8, 'late');
    await publishAll(world, from, late);
    expect(
      await eventually(
        () => to.effects(),
        (effects) => effects.length >= all.length + late.length,
      ),
    ).toEqual(ids([...all, ...late]));
    expect(alarms.map(({ code }) => code)).toContain('database-went-back');
    expect(await to.parked()).toEqual({});
  });

  it('a producer that forgot a message publishes it again under a later version: nothing is parked', async () => {
    const { bus } = world.bus('payments', to);
    await bus.start();
    bus.consume(paymentsHandlers());
    const repeated = awarded('published twice');
    const { bus: eligibility } = world.bus('eligibility', from);
    await eligibility.start();
    await eligibility.transaction(async (unit) => unit.publish(repeated));
    const again = { ...repeated, payload: { ...repeated.payload, version: 1_800_000_000_000 } } as typeof repeated;
    await eligibility.transaction(async (unit) => unit.publish(again));
    await eventually(
      () => bus.status(),
      ({ counts }) => counts.repeated === 1,
    );
    expect([await to.effects(), await to.parked()]).toEqual([ids(['published twice']), {}]);
  });

  it('a database that came out of a dump into another cluster goes on in a new epoch', async () => {
    const { bus: before } = world.bus('eligibility', from);
    await before.start();
    await before.transaction(async (unit) => unit.publish(cancelled('sent before')));
    await eventually(
      () => before.status(),
      ({ relay }) => relay.sent === 1,
    );
    await before.stop();
    await before.transaction(async (unit) => unit.publish(cancelled('left in the outbox')));
    // As after a restore: the rows carry transaction ids far ahead of those of this cluster.
    await from.pool.query(`UPDATE outbox SET xid = (xid::text::bigint + 1000000)::text::xid8`);
    await from.pool.query(
      `UPDATE relay_cursor SET xid = (xid::text::bigint + 1000000)::text::xid8 WHERE name = 'live'`,
    );
    const { bus: after } = world.bus('eligibility', from);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([after.start(), payments.start()]);
    payments.consume(paymentsHandlers());
    await after.transaction(async (unit) => unit.publish(cancelled('published after')));
    expect(
      await eventually(
        () => to.effects(),
        (effects) => effects.length >= 3,
      ),
    ).toEqual(ids(['left in the outbox', 'published after', 'sent before']));
    const { rows } = await from.pool.query('SELECT epoch FROM outbox_epoch ORDER BY 1');
    expect(rows).toEqual([{ epoch: 1 }, { epoch: 2 }]);
  });

  it('a running service whose connections lead to another cluster goes on in a new epoch, too', async () => {
    const { bus } = world.bus('eligibility', from);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([bus.start(), payments.start()]);
    payments.consume(paymentsHandlers());
    await bus.transaction(async (unit) => unit.publish(cancelled('before')));
    await eventually(
      () => to.effects(),
      (effects) => effects.length === 1,
    );
    await from.pool.query(`UPDATE outbox_epoch SET system_identifier = 'another'`);
    const publish = (): Promise<string> =>
      bus
        .transaction(async (unit) => unit.publish(cancelled('after')))
        .then(
          () => 'published',
          (error: { code?: string }) => error.code ?? '',
        );
    // Until the relay has begun a new epoch, nothing is written that could be mixed up.
    expect(await publish()).toBe('not-stored');
    await endSessions(from, 'true');
    await eventually(publish, (outcome) => outcome === 'published');
    expect(
      await eventually(
        () => to.effects(),
        (effects) => effects.length >= 2,
      ),
    ).toEqual(ids(['after', 'before']));
  });
}
