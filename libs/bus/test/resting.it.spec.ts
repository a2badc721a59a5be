import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { addDays } from '#libs/contracts';
import { Permit } from '#libs/records/testing';

import { restSentRows, type Bus } from '../src/index.js';
import {
  cancelled,
  eventually,
  ids,
  Keys,
  names,
  paymentsHandlers,
  today,
  World,
  type TestedDatabase,
} from './support.js';

const yesterday = addDays(today(), -1);
const rest = (): Promise<boolean> => restSentRows(from.pool, new Permit(today()));

let keys: Keys;
let world: World;
let from: TestedDatabase;
let bus: Bus<'eligibility'>;

beforeAll(async () => {
  keys = await Keys.create(yesterday);
  for (const ring of keys.rings.values()) await ring.ensureDayKeys(today());
});
beforeEach(async () => {
  world = await World.create(keys);
  from = await world.database();
  bus = world.bus('eligibility', from).bus;
  await bus.start();
});
afterEach(() => world.close());
afterAll(() => keys.remove());

interface Row {
  readonly day: string;
  readonly epoch: number;
  readonly xid: string;
  readonly seq: number;
  readonly envelope: string;
  readonly part: string;
}

/** Rows in the order in which they lie on the disk. */
async function rows(): Promise<readonly Row[]> {
  const found = await from.pool.query<Row>(
    `SELECT day::text AS day, epoch, xid::text AS xid, seq, md5(envelope) AS envelope,
            right(tableoid::regclass::text, 4) AS part
       FROM outbox ORDER BY day, tableoid::regclass::text, ctid`,
  );
  return found.rows;
}

/** One household after another: each name in a transaction of its own. */
async function publish(all: readonly string[], day = today()): Promise<void> {
  for (const name of all) await bus.transaction(async (unit) => unit.publish(cancelled(name, 1, day)));
}

async function allSent(count: number): Promise<void> {
  await eventually(
    () => bus.status(),
    ({ relay, database }) => relay.sent >= count && database?.backlog === 0,
  );
}

const envelopesOf = (some: readonly Row[]): readonly string[] => some.map(({ envelope }) => envelope);

describe('a sent message, from the nightly turn on', () => {
  it('shows neither the transaction that wrote it nor its order, in no column and not by its place', async () => {
    await publish(names(30, 'old'), yesterday);
    await publish(names(30, 'new'));
    await allSent(60);
    const before = await rows();
    expect(await rest()).toBe(true);
    const after = await rows();
    expect(after.map(({ epoch, seq, part }) => [epoch, seq, part])).toEqual(after.map(() => [-1, 0, 'sent']));
    expect(envelopesOf(after).toSorted()).toEqual(envelopesOf(before).toSorted());
    const [drawn, wrote] = [after, before].map((some) => new Set(some.map(({ xid }) => xid)));
    expect([drawn?.size, [...(drawn ?? [])].filter((xid) => wrote?.has(xid))]).toEqual([60, []]);
    const byDrawn = after.toSorted((a, b) => (BigInt(a.xid) < BigInt(b.xid) ? -1 : 1));
    for (const day of [yesterday, today()]) {
      const ofDay = (some: readonly Row[]): readonly string[] => envelopesOf(some.filter((row) => row.day === day));
      expect(inOrder(ofDay(before), ofDay(after))).toBeLessThan(25);
      expect(inOrder(ofDay(before), ofDay(byDrawn))).toBeLessThan(25);
    }
  });

  it('leaves nothing of a past day on the disk where it had an order', async () => {
    await publish(names(5), yesterday);
    await allSent(5);
    const part = `outbox_${yesterday.replaceAll('-', '')}_live`;
    const bytes = async (): Promise<number> =>
      Number((await from.pool.query(`SELECT pg_relation_size('${part}') AS bytes`)).rows[0]?.bytes);
    expect(await bytes()).toBeGreaterThan(0);
    await rest();
    expect(await bytes()).toBe(0);
  });

  it('is sent again with all others when somebody asks for it, after a restart and in another cluster', async () => {
    const to = await world.database();
    await publish(names(20, 'rested'), yesterday);
    await allSent(20);
    await rest();
    await publish(names(5, 'later'));
    await allSent(25);
    await bus.stop();
    await from.pool.query(`UPDATE outbox_epoch SET system_identifier = 'another'`);
    bus = world.bus('eligibility', from).bus;
    await bus.start();
    await publish(['published after']);
    // The database of another cluster sends everything again by itself.
    await allSent(26);
    expect(await rest()).toBe(true);
    expect((await rows()).filter(({ epoch }) => epoch !== -1)).toEqual([]);
    const { bus: payments } = world.bus('payments', to);
    await payments.start();
    payments.consume(paymentsHandlers());
    await bus.republish();
    await eventually(
      () => bus.status(),
      ({ relay }) => relay.sent >= 26 + 26,
    );
    await eventually(
      () => payments.status(),
      ({ lag, counts }) => lag === 0 && counts.repeated >= 26,
    );
    expect(await to.effects()).toEqual(ids([...names(20, 'rested'), ...names(5, 'later'), 'published after']));
  });
});

describe('a message that must still be sent', () => {
  it('keeps its order, and is sent in it after the turn', async () => {
    const to = await world.database();
    await publish(names(4, 'sent'), yesterday);
    await allSent(4);
    await bus.stop();
    await publish(names(6, 'left'), yesterday);
    const before = (await rows()).slice(4);
    expect(await rest()).toBe(true);
    const after = await rows();
    expect(after.filter(({ part }) => part === 'live')).toEqual(before);
    bus = world.bus('eligibility', from).bus;
    await bus.start();
    const { bus: payments } = world.bus('payments', to);
    await payments.start();
    payments.consume(paymentsHandlers());
    expect(
      await eventually(
        () => to.effects(),
        (effects) => effects.length >= 10,
      ),
    ).toEqual(ids([...names(4, 'sent'), ...names(6, 'left')]));
  });

  it('does not rest while messages are sent again in their order, so that none is passed', async () => {
    await publish(names(6));
    await allSent(6);
    await bus.stop();
    const before = await rows();
    await bus.republish();
    expect(await rest()).toBe(false);
    expect(await rows()).toEqual(before);
    bus = world.bus('eligibility', from).bus;
    await bus.start();
    await eventually(
      () => rest(),
      (isDone) => isDone,
    );
    expect((await rows()).every(({ epoch }) => epoch === -1)).toBe(true);
  });

  it('is not moved by what the owner made for it, whoever names it', async () => {
    await publish(names(3, 'sent'));
    await allSent(3);
    await bus.stop();
    await publish(names(3, 'left'));
    const { rows: all } = await from.pool.query<{ e: number[]; x: string[]; s: number[] }>(
      'SELECT array_agg(epoch) AS e, array_agg(xid::text) AS x, array_agg(seq) AS s FROM outbox',
    );
    await from.pool.query('SELECT rest_outbox_rows($1, $2, $3::text[]::xid8[], $4)', [
      today(),
      all[0]?.e,
      all[0]?.x,
      all[0]?.s,
    ]);
    expect((await rows()).map(({ part }) => part)).toEqual(['live', 'live', 'live', 'sent', 'sent', 'sent']);
  });

  it('survives two turns at once', async () => {
    await publish(names(40), yesterday);
    await allSent(40);
    const before = await rows();
    expect(await Promise.all([rest(), rest()])).toEqual([true, true]);
    const after = await rows();
    expect(envelopesOf(after).toSorted()).toEqual(envelopesOf(before).toSorted());
    expect(after.every(({ epoch }) => epoch === -1)).toBe(true);
  });
});

/** Of how many neighbours the second comes after the first in both orders; about half of them by chance. */
function inOrder(order: readonly string[], other: readonly string[]): number {
  const place = new Map(order.map((name, at) => [name, at]));
  return other.slice(1).filter((name, at) => (place.get(name) ?? 0) > (place.get(other[at] ?? '') ?? 0)).length;
}
