import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { addDays } from '#libs/contracts';
import { inTransaction } from '#libs/database';
import { Permit } from '#libs/records/testing';

import { ensureEpoch } from '../src/produce/epoch.js';
import { createOutboxDays, dropOutboxDays } from '../src/produce/outbox-days.js';
import { moveCursor, readCursor, readPage, type Position } from '../src/produce/relay-log.js';
import { cancelled, Keys, today, World, type TestedDatabase } from './support.js';

const BEGINNING: Position = { epoch: 0, xid: '0', seq: 0 };
const NOW = new Date('2026-11-25T12:00:00Z');

let keys: Keys;
let world: World;
let database: TestedDatabase;
beforeAll(async () => {
  keys = await Keys.create();
  world = await World.create(keys);
});
afterAll(async () => {
  await world.close();
  await keys.remove();
});
beforeEach(async () => {
  database = await world.database();
  await inTransaction(database.pool, (tx) => createOutboxDays(tx, today()));
});

/** Puts rows into the outbox, each under its own topic, so that an order can be told. */
async function write(rows: readonly (readonly [epoch: number, xid: string, seq: number])[], day = today()) {
  for (const [epoch, xid, seq] of rows)
    await database.pool.query(
      `INSERT INTO outbox (day, epoch, xid, seq, topic, envelope) VALUES ($1, $2, $3::xid8, $4, $5, '\\x00')`,
      [day, epoch, xid, seq, `${epoch}-${xid}-${seq}`],
    );
}

async function startEpochs(...names: readonly string[]): Promise<void> {
  for (const [at, name] of names.entries())
    await database.pool.query(
      `INSERT INTO outbox_epoch SELECT $1, CASE WHEN $2 = 'this' THEN system_identifier::text ELSE $2 END
         FROM pg_control_system()`,
      [at + 1, name],
    );
}

const epochs = async (): Promise<readonly unknown[]> =>
  (
    await database.pool.query(
      `SELECT e.epoch, e.system_identifier = s.system_identifier::text AS "isThis"
         FROM outbox_epoch e, pg_control_system() s ORDER BY 1`,
    )
  ).rows;

async function readAll(pageRows: number): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let after = BEGINNING; ;) {
    const { rows } = await readPage(database.pool, after, pageRows);
    const last = rows.at(-1);
    if (last === undefined) return seen;
    seen.push(...rows.map(({ topic }) => topic));
    after = last;
  }
}

// Each later epoch has lower numbers of transactions, as after a dump and restore.
const rows = [
  [1, '900', 1],
  [1, '900', 2],
  [1, '1000', 1],
  [2, '80', 1],
  [2, '80', 2],
  [2, '701', 1],
  [3, '7', 1],
  [3, '10', 1],
  [3, '600', 1],
] as const;
const inOrder = rows.map((row) => row.join('-'));

describe('an outbox with several epochs', () => {
  it.each([1, 2, 3, 4, 100])('is read epoch after epoch, in pages of %d', async (pageRows) => {
    await startEpochs('a', 'b', 'this');
    await write(rows.toReversed());
    expect(await readAll(pageRows)).toEqual(inOrder);
  });

  it('withholds rows above the horizon in its newest epoch alone', async () => {
    await startEpochs('a', 'b', 'this');
    const far = '9000000000000';
    await write([
      [1, far, 1],
      [2, far, 1],
      [3, '5', 1],
      [3, far, 1],
    ]);
    const { rows: read, isWithheld } = await readPage(database.pool, BEGINNING, 100);
    expect([read.map(({ topic }) => topic), isWithheld]).toEqual([[`1-${far}-1`, `2-${far}-1`, '3-5-1'], true]);
  });

  it('has a cursor that goes on in the next epoch, and never back', async () => {
    await startEpochs('a', 'this');
    const at = (epoch: number, xid: string, seq: number): Position => ({ epoch, xid, seq });
    const move = (from: Position, to: Position) => moveCursor(database.pool, 'live', { from, to, marks: [] });
    await move(BEGINNING, at(1, '900', 2));
    await move(at(1, '900', 2), at(2, '7', 1));
    expect((await readCursor(database.pool, 'live')).at).toEqual(at(2, '7', 1));
    // Each part of a position tells another read: a leader that has read an older one moves nothing.
    for (const stale of [at(1, '7', 1), at(2, '900', 1), at(2, '7', 2), BEGINNING]) await move(stale, at(3, '1', 1));
    expect((await readCursor(database.pool, 'live')).at).toEqual(at(2, '7', 1));
    expect((await readCursor(database.pool, 'replay')).at).toEqual(BEGINNING);
  });

  it('tells of a dropped day if rows of a later epoch were not sent, however low their numbers', async () => {
    await startEpochs('a', 'this');
    const [sent, unsent] = [addDays(today(), -7), addDays(today(), -6)];
    await write([[1, '900', 1]], sent);
    await write([[2, '7', 1]], unsent);
    await moveCursor(database.pool, 'live', { from: BEGINNING, to: { epoch: 1, xid: '900', seq: 1 }, marks: [] });
    const drop = (ahead: number): Promise<readonly string[]> =>
      inTransaction(database.pool, async (tx) => {
        await createOutboxDays(tx, addDays(today(), ahead));
        return dropOutboxDays(tx, new Permit(addDays(today(), ahead)));
      });
    expect(await drop(2)).toEqual([]);
    expect(await drop(3)).toEqual([unsent]);
  });

  it('drops every day whose keys are gone, not only the newest of them', async () => {
    await startEpochs('this');
    await write([[1, '7', 1]], addDays(today(), -8));
    await write([[1, '8', 1]], addDays(today(), -5));
    await write([[1, '9', 1]], today());
    await database.pool.query(
      `INSERT INTO sent_mark SELECT 't', 0, d::date, 0, 1 FROM generate_series($1::date - 8, $1, '1 day') d`,
      [today()],
    );
    const later = addDays(today(), 6);
    await inTransaction(database.pool, async (tx) => {
      await createOutboxDays(tx, later);
      expect(await dropOutboxDays(tx, new Permit(later))).toEqual([addDays(today(), -8), addDays(today(), -5)]);
    });
    const { rows: days } = await database.pool.query<{ outbox: string; marked: string }>(
      `SELECT (SELECT min(day)::text FROM outbox) AS outbox, (SELECT min(day)::text FROM sent_mark) AS marked`,
    );
    expect(days).toEqual([{ outbox: today(), marked: addDays(later, -8) }]);
  });
});

describe('a new epoch', () => {
  const askedAgain = async (): Promise<boolean> => {
    const { at, until } = await readCursor(database.pool, 'replay');
    await database.pool.query(`UPDATE relay_cursor SET until_epoch = 0, until_xid = '0', until_seq = 0`);
    return until.epoch > at.epoch;
  };

  it('is the first one once, and begins no other while the cluster stays the same', async () => {
    expect([await ensureEpoch(database.pool, NOW), await ensureEpoch(database.pool, NOW)]).toEqual([1, 1]);
    expect([await epochs(), await askedAgain()]).toEqual([[{ epoch: 1, isThis: true }], false]);
  });

  it.each([
    ['the second', ['a'], 2],
    ['the third', ['a', 'b'], 3],
    ['a later one of a cluster that had one before', ['this', 'b'], 3],
    ['the fourth', ['a', 'b', 'c'], 4],
  ])('is %s when the newest is another cluster’s, and all is sent again', async (_which, before, next) => {
    await startEpochs(...before);
    await moveCursor(database.pool, 'live', { from: BEGINNING, to: { epoch: 1, xid: '900', seq: 1 }, marks: [] });
    expect(await ensureEpoch(database.pool, NOW)).toBe(next);
    expect((await epochs()).at(-1)).toEqual({ epoch: next, isThis: true });
    expect(await askedAgain()).toBe(true);
    expect(await ensureEpoch(database.pool, NOW)).toBe(next);
    expect(await epochs()).toHaveLength(next);
  });

  it('begins when the numbers of the cluster are behind the cursor of the newest epoch alone', async () => {
    await startEpochs('a', 'this');
    const ahead = '9000000000000';
    await moveCursor(database.pool, 'live', { from: BEGINNING, to: { epoch: 1, xid: ahead, seq: 1 }, marks: [] });
    expect(await ensureEpoch(database.pool, NOW)).toBe(2);
    await database.pool.query(`UPDATE relay_cursor SET epoch = 2 WHERE name = 'live'`);
    expect(await ensureEpoch(database.pool, NOW)).toBe(3);
    expect(await ensureEpoch(database.pool, NOW)).toBe(3);
  });

  it('is that of every row written from then on', async () => {
    const { bus } = world.bus('eligibility', database);
    await startEpochs('a', 'b', 'this');
    await bus.transaction(async (unit) => unit.publish(cancelled('in the third epoch')));
    const { rows: written } = await database.pool.query('SELECT epoch FROM outbox');
    expect(written).toEqual([{ epoch: 3 }]);
  });
});
