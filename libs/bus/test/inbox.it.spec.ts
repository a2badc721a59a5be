import { randomBytes, createSecretKey } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { inTransaction, type Tx } from '#libs/database';
import { Records, recordsUp, turn } from '#libs/records';
import { Permit } from '#libs/records/testing';
import { sha256 } from '#libs/sealing';
import pg from 'pg';

import { testDatabase } from '../../../test/support/stack.js';
import { inboxKinds } from '../src/index.js';
import { Inbox } from '../src/testing.js';

const RECORD_BYTES = 600;
const NIGHT = 20_000;
const kinds = inboxKinds({ envelopeBytesMax: RECORD_BYTES });
const DAY = '2026-11-25';

type TurnKeys = Parameters<typeof turn>[0]['keys'];
type RowKeys = NonNullable<ReturnType<TurnKeys['rowKeys']>>;

/** Keeps row keys in memory: these tests are about the inbox, not about the keyring. */
function memoryKeys(): TurnKeys {
  const nights = new Map<number, RowKeys>();
  return {
    rowKeys: (night) => nights.get(night),
    ensureRowKeys: (night) => {
      const keys = nights.get(night) ?? {
        seal: createSecretKey(randomBytes(32)),
        lookup: createSecretKey(randomBytes(32)),
      };
      nights.set(night, keys);
      return Promise.resolve(keys);
    },
    destroyRowKeys: (night) => {
      nights.delete(night);
      return Promise.resolve();
    },
  };
}

const withBytes = async (tx: Tx) => (await inbox.parked.page(tx, 10)).rows.filter(({ body }) => body.record !== '');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const keys = memoryKeys();
const records = new Records({ keys, kinds });
const inbox = new Inbox(records, RECORD_BYTES);
let database: Awaited<ReturnType<typeof testDatabase>>;
let pool: pg.Pool;
beforeAll(async () => {
  database = await testDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 4 });
  // Dropping the database ends its idle connections.
  pool.on('error', () => undefined);
  for (const statement of recordsUp) await pool.query(statement);
  await run((tx) => records.prepare(tx, NIGHT));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** Runs work in one committed transaction. */
function run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransaction(pool, work);
}

describe('an inbox', () => {
  const seen = (contractName: string, key: string, content = 'content') => ({
    contractName,
    key,
    day: DAY,
    digest: sha256(bytes(content)),
  });

  it('tells new keys from known ones, per contract, and notices other content under a known key', async () => {
    const sights = (messages: ReturnType<typeof seen>[]) => run((tx) => inbox.handled.firstSeen(tx, messages));
    expect(await sights([seen('a.b', '["x"]'), seen('a.b', '["x"]'), seen('a.c', '["x"]')])).toEqual([
      'new',
      'known',
      'new',
    ]);
    expect(await sights([seen('a.b', '["x"]'), seen('a.b', '["y"]'), seen('a.b', '["x"]', 'changed')])).toEqual([
      'known',
      'new',
      'other',
    ]);
  });

  it('forgets a key whose transaction failed, and one that is taken back', async () => {
    const message = [seen('a.b', '["rolled back"]')];
    await expect(
      run(async (tx) => {
        await inbox.handled.firstSeen(tx, message);
        throw new Error('the batch failed');
      }),
    ).rejects.toThrow('the batch failed');
    expect(await run((tx) => inbox.handled.firstSeen(tx, message))).toEqual(['new']);
    await run((tx) => inbox.handled.forget(tx, message));
    expect(await run((tx) => inbox.handled.firstSeen(tx, message))).toEqual(['new']);
  });

  it('parks the same bytes once, sums up, and gives back what can be tried again', async () => {
    const parked = (envelope: Uint8Array, code: string, day = DAY) => ({
      contractName: 'a.b',
      day,
      envelope,
      code,
    });
    await run((tx) =>
      inbox.parked.park(tx, [
        parked(bytes('one'), 'forged'),
        parked(bytes('one'), 'forged'),
        parked(bytes('two'), 'handler-failed', '2026-11-20'),
        parked(new Uint8Array(RECORD_BYTES + 1), 'malformed'),
      ]),
    );
    expect(await run((tx) => inbox.parked.summary(tx))).toEqual({
      count: 3,
      fromDevices: 0,
      oldestDay: '2026-11-20',
      byCode: { forged: 1, 'handler-failed': 1, malformed: 1 },
    });
    const taken = await run(async (tx) => inbox.parked.unpark(tx, await withBytes(tx)));
    expect(taken.map(({ envelope }) => Buffer.from(envelope).toString()).sort()).toEqual(['one', 'two']);
    expect((await run((tx) => inbox.parked.summary(tx))).count).toBe(1);
  });

  it('gives a message for later to one transaction only', async () => {
    const now = new Date('2026-11-25T12:00:00Z');
    await run((tx) => inbox.delayed.keep(tx, [{ contractName: 'a.b', day: DAY, envelope: bytes('wait'), due: now }]));
    const [taken] = await run((tx) => inbox.delayed.claimDue(tx, { now, limit: 5 }));
    expect(Buffer.from(taken?.envelope ?? []).toString()).toBe('wait');
    expect(taken).toMatchObject({ contractName: 'a.b', day: DAY });
    expect(await run((tx) => inbox.delayed.claimDue(tx, { now, limit: 5 }))).toEqual([]);
    const id = taken?.id ?? new Uint8Array();
    expect(await run((tx) => inbox.delayed.claim(tx, [id]))).toEqual([true]);
    expect(await run((tx) => inbox.delayed.claim(tx, [id]))).toEqual([false]);
  });

  it('lists what was kept without a day, never opens it, and lets the turn drop it', async () => {
    await pool.query('DELETE FROM record');
    const message = { contractName: 'a.b', day: '', envelope: bytes('no day'), code: 'wrong-day' };
    await run((tx) => inbox.parked.park(tx, [message]));
    const day = '1970-01-01';
    expect(await run((tx) => inbox.parked.groups(tx))).toEqual([{ contract: 'a.b', day, code: 'wrong-day', count: 1 }]);
    expect((await run((tx) => inbox.parked.summary(tx))).oldestDay).toBe(day);
    expect(await run(async (tx) => inbox.parked.unpark(tx, await withBytes(tx)))).toMatchObject([
      { day, isDayWrong: true },
    ]);
    expect(kinds.find(({ kind }) => kind === 'parked')?.isOver?.({ day: '' }, DAY)).toBe(true);
  });

  it('lets the turn drop what has outlived its clock', () => {
    const isOver = (kind: string, today: string): boolean | undefined =>
      kinds.find((spec) => spec.kind === kind)?.isOver?.({ day: DAY }, today);
    expect(isOver('handled', '2026-12-04')).toBe(false);
    expect(isOver('handled', '2026-12-05')).toBe(true);
    expect(isOver('parked', '2026-12-03')).toBe(false);
    expect(isOver('parked', '2026-12-04')).toBe(true);
  });

  it('has its messages and their keys taken by the turn on their day', async () => {
    await pool.query('DELETE FROM record');
    const turnTo = (night: number, today: string) => turn({ records, keys, pool }, night, new Permit(today));
    const message = (day: string) => ({ contractName: 'x', day, envelope: bytes(day), key: day, digest: bytes(day) });
    const days = ['2026-11-10', '2026-11-20'].map(message);
    await run(async (tx) => {
      await inbox.handled.firstSeen(tx, days);
      await inbox.parked.park(
        tx,
        days.map((each) => ({ ...each, code: 'forged' })),
      );
      await inbox.delayed.keep(
        tx,
        days.map((each) => ({ ...each, due: new Date(0) })),
      );
    });
    const left = async (): Promise<unknown> =>
      (await pool.query('SELECT kind, count(*)::integer AS n FROM record GROUP BY 1 ORDER BY 1')).rows;
    expect(await turnTo(NIGHT + 1, '2026-11-18')).toMatchObject({ moved: 6, ended: 0 });
    expect(await turnTo(NIGHT + 2, '2026-11-19')).toMatchObject({ ended: 2 });
    expect(await turnTo(NIGHT + 3, '2026-11-21')).toMatchObject({ ended: 1 });
    expect(await left()).toEqual(['handled', 'later', 'parked'].map((kind) => ({ kind, n: 1 })));
    expect(await turnTo(NIGHT + 4, '2026-11-29')).toMatchObject({ ended: 2 });
    expect(await turnTo(NIGHT + 5, '2026-12-01')).toMatchObject({ ended: 1 });
    expect(await left()).toEqual([]);
  });
});
