import { describe, expect, it } from '@jest/globals';

import type { BusPoint as Failpoint } from '../../src/testing.js';
import { readLog } from '../log.js';
import {
  cancelled,
  eventually,
  id,
  ids,
  leaveEffects,
  names,
  paymentsHandlers,
  type World,
  type TestedDatabase,
  type Transport,
} from '../support.js';
import { endSessions, inWorldsOf, publishAll } from './steps.js';

/** Requirements on every transport when processes, connections and databases are lost between two steps. */
export function survivesCrashes(transport: Transport): void {
  let world: World;
  let from: TestedDatabase;
  let to: TestedDatabase;
  inWorldsOf(transport, (made) => {
    ({ world, from, to } = made);
  });

  /** Ends the bus when it reaches the point for the first time. */
  const endsAt = (
    logPosition: Failpoint,
  ): { readonly failpoint: (at: Failpoint) => void; readonly reached: Promise<void> } => {
    let tell: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      tell = resolve;
    });
    let isOver = false;
    const failpoint = (at: Failpoint): void => {
      if (at !== logPosition || isOver) return;
      isOver = true;
      tell();
      throw new Error('the process ends here');
    };
    return { failpoint, reached };
  };

  describe.each(['before-commit', 'before-offsets'] as const)('a consumer that dies %s', (logPosition) => {
    it('has its messages brought again, and each has one effect', async () => {
      const all = names(50);
      await publishAll(world, from, all);
      const { failpoint, reached } = endsAt(logPosition);
      const { bus: dying } = world.bus('payments', to, { failpoint: failpoint });
      await dying.start();
      dying.consume(paymentsHandlers());
      await reached;
      await dying.stop();
      const applied = await to.effects();
      expect(applied.length > 0).toBe(logPosition === 'before-offsets');
      const { bus: next } = world.bus('payments', to);
      await next.start();
      next.consume(paymentsHandlers());
      await eventually(
        () => next.status(),
        ({ lag, counts }) => lag === 0 && counts.done + counts.repeated > 0,
      );
      expect(await to.effects()).toEqual(ids(all));
      expect((await next.status()).counts.repeated).toBe(applied.length);
    });
  });

  it('a relay that dies between the answer of the broker and its cursor: sent twice, one effect', async () => {
    const { failpoint, reached } = endsAt('relay-sent');
    const { bus: dying } = world.bus('eligibility', from, { failpoint: failpoint });
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([dying.start(), payments.start()]);
    payments.consume(paymentsHandlers());
    await dying.transaction(async (unit) => unit.publish(cancelled('a'), cancelled('b')));
    await reached;
    await dying.stop();
    const { bus: next } = world.bus('eligibility', from);
    await next.start();
    expect(await readLog(world, 'eligibility.grant-cancelled.v1', 4)).toHaveLength(4);
    await eventually(
      () => payments.status(),
      ({ counts }) => counts.done === 2 && counts.repeated === 2,
    );
    expect(await to.effects()).toEqual(ids(['a', 'b']));
  });

  it('a relay whose session is ended: another instance takes over', async () => {
    const limits = { relayPollMs: 60_000 };
    const { bus: first } = world.bus('eligibility', from, { limits });
    const { bus: second } = world.bus('eligibility', from, { limits });
    const { bus: payments } = world.bus('payments', to);
    await payments.start();
    payments.consume(paymentsHandlers());
    await first.start();
    await eventually(
      () => first.status(),
      ({ relay }) => relay.isLeader,
    );
    await second.start();
    expect((await second.status()).relay.isLeader).toBe(false);
    await second.transaction(async (unit) => unit.publish(cancelled('published beside the relay')));
    await eventually(
      () => to.effects(),
      (effects) => effects.length === 1,
      5_000,
    );
    await endSessions(from, `query LIKE '%outbox%' OR query LIKE '%relay_cursor%' OR query LIKE 'LISTEN%'`);
    await first.stop();
    await second.transaction(async (unit) => unit.publish(cancelled('published after')));
    await eventually(
      () => second.status(),
      ({ relay }) => relay.isLeader,
    );
    expect(
      await eventually(
        () => to.effects(),
        (effects) => effects.length === 2,
      ),
    ).toEqual(ids(['published after', 'published beside the relay']));
  });

  it('every database session ended in the middle: the batch is done again, nothing is parked', async () => {
    const { bus: eligibility } = world.bus('eligibility', from);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([eligibility.start(), payments.start()]);
    let isFirst = true;
    payments.consume(
      paymentsHandlers(async (deliveries, { tx }) => {
        await leaveEffects(tx, deliveries);
        if (isFirst) await endSessions(to, 'true');
        isFirst = false;
        return deliveries.map(() => ({ status: 'done' }));
      }),
    );
    await eligibility.transaction(async (unit) => unit.publish(cancelled('a'), cancelled('b')));
    await eventually(
      () => to.effects().catch(() => []),
      (effects) => effects.length >= 2,
    );
    expect([await to.effects(), await to.parked()]).toEqual([ids(['a', 'b']), {}]);
  });

  it('a transaction that commits late is not overtaken by the cursor', async () => {
    const { bus: eligibility } = world.bus('eligibility', from);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([eligibility.start(), payments.start()]);
    payments.consume(paymentsHandlers());
    // The relay and the consumer have just worked. If they could take what follows, they would have taken it.
    await eligibility.transaction(async (unit) => unit.publish(cancelled('before')));
    await eventually(
      () => to.effects(),
      (effects) => effects.length === 1,
    );
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const late = eligibility.transaction(async ({ tx, publish }) => {
      await tx.query('SELECT pg_current_xact_id()');
      begun();
      await held;
      publish(cancelled('earlier id, later commit'));
    });
    await hasBegun;
    await eligibility.transaction(async (unit) => unit.publish(cancelled('later id, earlier commit')));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const sentMeanwhile = (await eligibility.status()).relay.sent;
    letGo();
    await late;
    expect(sentMeanwhile).toBe(1);
    expect(
      await eventually(
        () => to.effects(),
        (effects) => effects.length >= 3,
      ),
    ).toEqual(ids(['before', 'earlier id, later commit', 'later id, earlier commit']));
  });

  it('three processes that die at one message: it is set aside unopened, all others are handled', async () => {
    const all = names(12);
    await publishAll(world, from, [...all, 'deadly']);
    let deaths = 0;
    for (; deaths < 6; deaths += 1) {
      let isDying = false;
      let died: () => void = () => undefined;
      const death = new Promise<'died'>((resolve) => {
        died = () => resolve('died');
      });
      const { bus } = world.bus('payments', to, {
        failpoint: () => {
          if (!isDying) return;
          died();
          throw new Error('the process ends here');
        },
      });
      await bus.start();
      bus.consume(
        paymentsHandlers(async (deliveries, { tx }) => {
          isDying = deliveries.some(({ payload }) => payload.grant === id('deadly'));
          await leaveEffects(tx, deliveries);
          return deliveries.map(() => ({ status: 'done' }));
        }),
      );
      const finished = eventually(
        () => to.effects(),
        (effects) => effects.length >= all.length,
      )
        .then(() =>
          eventually(
            () => to.parked(),
            ({ deadly }) => deadly === 1,
            1_500,
          ),
        )
        .catch(() => 'neither');
      const end = await Promise.race([death, finished]);
      await bus.stop();
      if (end !== 'died') break;
    }
    expect(deaths).toBe(3);
    expect([await to.effects(), await to.parked()]).toEqual([ids(all), { deadly: 1 }]);
  });
}
