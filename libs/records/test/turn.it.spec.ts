import { HOUR_MS } from '#libs/contracts';
import { locks } from '#libs/database';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { partitionOf, turn, type KindSpec, type TurnFailpoint } from '../src/index.js';
import { Permit } from '../src/testing.js';
import { bytes, openStore, type Store } from './support.js';

const kinds: readonly KindSpec[] = [
  { kind: 'case', sizeBytes: 128, work: false, isOver: (body) => (body as { ended?: boolean }).ended === true },
  { kind: 'call', sizeBytes: 128, work: true },
];
const NIGHT = 20_000;
const TODAY = '2026-11-25';
const NOON = new Date('2026-11-25T12:00:00Z');

let store: Store;
beforeEach(async () => {
  store = await openStore(kinds, NIGHT);
});
afterEach(() => store.close());

const inRecords = <T>(work: (records: Awaited<ReturnType<Store['records']['begin']>>) => Promise<T>): Promise<T> =>
  store.run(async (tx) => work(await store.records.begin(tx)));

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `value-${at}`);

async function fill(count: number): Promise<void> {
  await inRecords((records) =>
    records.put(
      'case',
      names(count).map((name, at) => ({ value: bytes(name), body: { at } })),
    ),
  );
}

function turnTo(night: number, failpoint?: (name: TurnFailpoint) => void, batchRows = 100): ReturnType<typeof turn> {
  const { records, keys, pool } = store;
  return turn(
    { records, keys, pool, batchRows, ...(failpoint === undefined ? {} : { failpoint }) },
    night,
    new Permit(TODAY),
  );
}

async function allOf(count: number): Promise<readonly unknown[]> {
  return inRecords((records) => records.find('case', names(count).map(bytes)));
}

const whole = (count: number): object[] => Array.from({ length: count }, (_, at) => ({ at }));

const partitions = async (): Promise<string[]> =>
  (
    await store.pool.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
        WHERE i.inhparent = 'record'::regclass ORDER BY 1`,
    )
  ).rows.map(({ name }) => name);

describe('a turn', () => {
  it('carries every living record over under new keys, and drops the night before', async () => {
    await fill(250);
    const before = await store.pool.query('SELECT lookup, blob FROM record');
    expect(await turnTo(NIGHT + 1)).toEqual({
      outcome: 'done',
      moved: 250,
      ended: 0,
      damaged: 0,
      givenUp: 0,
      nightsDropped: [NIGHT],
      keysDestroyed: [],
    });
    expect(await allOf(250)).toEqual(whole(250));
    expect(await partitions()).toEqual([partitionOf(NIGHT + 1)]);
    const after = await store.pool.query('SELECT lookup, blob FROM record');
    const texts = (rows: { lookup: Buffer; blob: Buffer }[]) =>
      new Set(rows.flatMap(({ lookup, blob }) => [lookup.toString('hex'), blob.toString('hex')]));
    const old = texts(before.rows);
    expect([...texts(after.rows)].filter((text) => old.has(text))).toEqual([]);
  });

  it('writes in an order that says nothing about the order of before', async () => {
    const count = 1_000;
    await fill(count);
    const heap = async (night: number): Promise<readonly string[]> => {
      const { rows } = await store.pool.query<{ lookup: Buffer }>('SELECT lookup FROM record ORDER BY ctid');
      const seal = store.records.sealOf(night);
      const name = new Map(names(count).map((each) => [seal.lookup('case', bytes(each)).toString('hex'), each]));
      return rows.map(({ lookup }) => name.get(lookup.toString('hex')) ?? '');
    };
    const rank = new Map((await heap(NIGHT)).map((name, at) => [name, at]));
    await turnTo(NIGHT + 1, undefined, count);
    const ranks = (await heap(NIGHT + 1)).map((name) => rank.get(name) ?? -1);
    // Spearman's correlation of a random order of a thousand exceeds 0.13 only once in ten thousand.
    const squares = ranks.reduce((sum, old, at) => sum + (old - at) ** 2, 0);
    const correlation = 1 - (6 * squares) / (count * (count ** 2 - 1));
    expect(Math.abs(correlation)).toBeLessThan(0.13);
  });

  it('leaves behind what has ended, and keeps the hour and the lease of work', async () => {
    await inRecords(async (records) => {
      await records.put('case', [
        { value: bytes('ended'), body: { ended: true } },
        { value: bytes('alive'), body: { ended: false } },
      ]);
      await records.put('call', [
        { value: bytes('leased'), body: { n: 1 }, due: NOON },
        { value: bytes('later'), body: { n: 2 }, due: new Date(NOON.getTime() + HOUR_MS) },
      ]);
    });
    await inRecords((records) => records.claimDue('call', { now: NOON, limit: 5, leaseMs: 60_000 }));
    expect(await turnTo(NIGHT + 1)).toMatchObject({ moved: 3, ended: 1 });
    const values = ['ended', 'alive'].map(bytes);
    expect(await inRecords((records) => records.find('case', values))).toEqual([undefined, { ended: false }]);
    const due = (ms: number) =>
      inRecords((records) => records.claimDue('call', { now: new Date(NOON.getTime() + ms), limit: 5, leaseMs: 1 }));
    expect(await due(0)).toEqual([]);
    expect((await due(120_000)).map(({ body }) => body)).toEqual([{ n: 1 }]);
  });

  it('keeps who has leased work: what the dead have leased is free again', async () => {
    await inRecords(async (records) => {
      await records.put('call', [{ value: bytes('leased'), body: { n: 1 }, due: NOON }]);
      await records.claimDue('call', { now: NOON, limit: 5, leaseMs: 60_000, holder: 7 });
    });
    await turnTo(NIGHT + 1);
    const due = () => inRecords((records) => records.claimDue('call', { now: NOON, limit: 5, leaseMs: 1 }));
    expect(await due()).toEqual([]);
    expect(await inRecords((records) => records.endDeadLeases('call'))).toBe(1);
    expect((await due()).map(({ body }) => body)).toEqual([{ n: 1 }]);
  });

  it.each<TurnFailpoint>(['begun', 'batch-moved', 'emptied', 'dropped', 'completed'])(
    'killed when it has %s goes on where it stopped, and loses and doubles nothing',
    async (where) => {
      await fill(350);
      const die = (name: TurnFailpoint): void => {
        if (name === where) throw new Error('killed');
      };
      await expect(turnTo(NIGHT + 1, die)).rejects.toThrow('killed');
      expect(await allOf(350)).toEqual(whole(350));
      expect((await turnTo(NIGHT + 1)).outcome).toBe('done');
      expect(await allOf(350)).toEqual(whole(350));
      expect(await inRecords((records) => records.count('case'))).toBe(350);
      expect(await partitions()).toEqual([partitionOf(NIGHT + 1)]);
    },
  );

  it('runs beside reads and writes: nothing is lost, nothing is there twice', async () => {
    const count = 1_500;
    await fill(count);
    let isTurning = true;
    let writes = 0;
    const traffic = (async () => {
      while (isTurning) {
        const name = bytes(`value-${(writes * 7) % count}`);
        await inRecords(async (records) => {
          const [found] = await records.findForUpdate<{ at: number; n?: number }>('case', [name]);
          expect(found).toBeDefined();
          await records.save('case', [{ value: name, body: { at: found?.at, n: (found?.n ?? 0) + 1 } }]);
          await records.put('case', [{ value: bytes(`new-${writes}`), body: { fresh: writes } }]);
        });
        writes += 1;
      }
    })();
    const result = await turnTo(NIGHT + 1, undefined, 50);
    isTurning = false;
    await traffic;
    expect(writes).toBeGreaterThan(5);
    expect(result.nightsDropped).toEqual([NIGHT]);
    const after = (await allOf(count)) as { at: number; n?: number }[];
    expect(after.map(({ at }) => at)).toEqual(names(count).map((_, at) => at));
    expect(after.reduce((sum, { n = 0 }) => sum + n, 0)).toBe(writes);
    expect(await inRecords((records) => records.count('case'))).toBe(count + writes);
  });

  it('is one instance’s at a time', async () => {
    const other = await store.pool.connect();
    await other.query('SELECT pg_advisory_lock($1)', [locks.turn]);
    const { outcome } = await turnTo(NIGHT + 1);
    other.release(true);
    expect(outcome).toBe('busy');
  });
});

describe('keys', () => {
  it('of a night die after the third completed turn that follows it, and not before', async () => {
    await fill(10);
    const destroyed: (readonly number[])[] = [];
    for (let later = 1; later <= 5; later += 1) destroyed.push((await turnTo(NIGHT + later)).keysDestroyed);
    expect(destroyed).toEqual([[], [], [NIGHT], [NIGHT + 1], [NIGHT + 2]]);
    expect([...store.keys.nights.keys()]).toEqual([NIGHT + 3, NIGHT + 4, NIGHT + 5]);
    expect(await allOf(10)).toEqual(whole(10));
  });

  it('of a living record outlast any number of missed turns', async () => {
    await fill(10);
    expect((await turnTo(NIGHT + 40)).keysDestroyed).toEqual([]);
    expect(await allOf(10)).toEqual(whole(10));
    const die = (name: TurnFailpoint): void => {
      if (name === 'begun') throw new Error('killed');
    };
    for (const night of [41, 42, 43, 44]) await expect(turnTo(NIGHT + night, die)).rejects.toThrow('killed');
    expect(await allOf(10)).toEqual(whole(10));
    expect(store.keys.nights.has(NIGHT + 40)).toBe(true);
  });
});
