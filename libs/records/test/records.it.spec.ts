import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { partitionOf, type KindSpec } from '../src/index.js';
import { bytes, gate, isWaiting, openStore, type Store } from './support.js';

const kinds: readonly KindSpec[] = [
  { kind: 'case', sizeBytes: 256, work: false },
  { kind: 'box', sizeBytes: 256, work: false },
  { kind: 'call', sizeBytes: 256, work: true, dueWithinDays: 2 },
];
const NIGHT = 20_000;
const NOON = new Date('2026-11-25T12:00:00Z');

let store: Store;
beforeAll(async () => {
  store = await openStore(kinds, NIGHT);
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.pool.query('DELETE FROM record');
});

const row = (value: string, body: object) => ({ value: bytes(value), body });
const inRecords = <T>(work: (records: Awaited<ReturnType<Store['records']['begin']>>) => Promise<T>): Promise<T> =>
  store.run(async (tx) => work(await store.records.begin(tx)));

describe('what is put', () => {
  it('is found again, in the order of the question, with nothing for what is absent', async () => {
    const put = await inRecords((records) => records.put('case', [row('a', { n: 1 }), row('b', { n: 2 })]));
    expect(put).toEqual([true, true]);
    const found = await inRecords((records) => records.find('case', [bytes('b'), bytes('none'), bytes('a')]));
    expect(found).toEqual([{ n: 2 }, undefined, { n: 1 }]);
    expect(await inRecords((records) => records.find('box', [bytes('a')]))).toEqual([undefined]);
  });

  it('stays as it is when it is put again, and of equal values in one call the first wins', async () => {
    const twice = await inRecords((records) => records.put('case', [row('a', { n: 1 }), row('a', { n: 2 })]));
    expect(twice).toEqual([true, false]);
    expect(await inRecords((records) => records.put('case', [row('a', { n: 3 })]))).toEqual([false]);
    expect(await inRecords((records) => records.find('case', [bytes('a')]))).toEqual([{ n: 1 }]);
  });

  it('shows neither value nor body nor its length in the table', async () => {
    await inRecords((records) =>
      records.put('case', [row('canary-value', { text: 'canary-body' }), row('b', { text: 'x'.repeat(150) })]),
    );
    const { rows } = await store.pool.query<{ all: string; size: number; due: Date | null }>(
      `SELECT encode(lookup || blob, 'escape') AS all, length(blob) AS size, due FROM record`,
    );
    expect(rows.map(({ all }) => all.includes('canary'))).toEqual([false, false]);
    expect(new Set(rows.map(({ size }) => size)).size).toBe(1);
    expect(rows.map(({ due }) => due)).toEqual([null, null]);
  });

  it('does not open when its blob stands under another lookup', async () => {
    await inRecords((records) => records.put('case', [row('a', { n: 1 }), row('b', { n: 2 })]));
    await store.pool.query(
      `UPDATE record r SET blob = (SELECT o.blob FROM record o WHERE o.lookup <> r.lookup) WHERE true`,
    );
    await expect(inRecords((records) => records.find('case', [bytes('a')]))).rejects.toMatchObject({ code: 'damaged' });
  });

  it('is refused when it does not fit its kind', async () => {
    const refused = async (kind: string, body: object, due?: Date): Promise<unknown> =>
      inRecords((records) => records.put(kind, [{ value: bytes('v'), body, ...(due ? { due } : {}) }])).catch(
        (error: unknown) => (error as { code: string }).code,
      );
    expect(await refused('case', { text: 'x'.repeat(250) })).toBe('too-large');
    expect(await refused('nothing', {})).toBe('unknown-kind');
    expect(await refused('case', {}, NOON)).toBe('not-work');
    expect(await refused('call', {})).toBe('due-missing');
  });

  it('keeps values out of the statistics that ANALYZE collects', async () => {
    await inRecords((records) =>
      records.put(
        'case',
        Array.from({ length: 50 }, (_, n) => row(`v${n}`, { n })),
      ),
    );
    await store.pool.query('ANALYZE record');
    const { rows } = await store.pool.query<{ attname: string }>(
      `SELECT attname FROM pg_stats WHERE tablename LIKE 'record%' AND attname IN ('lookup', 'blob')`,
    );
    expect(rows).toEqual([]);
  });
});

describe('two writers', () => {
  it('put the same value: one of them adds it', async () => {
    const hold = gate();
    const first = store.run(async (tx) => {
      const added = await (await store.records.begin(tx)).put('case', [row('a', { by: 1 })]);
      await hold.opened;
      return added;
    });
    await isWaiting(first);
    const second = inRecords((records) => records.put('case', [row('a', { by: 2 })]));
    expect(await isWaiting(second)).toBe(true);
    hold.open();
    expect([await first, await second]).toEqual([[true], [false]]);
  });

  it('change the same body one after the other: no change is lost', async () => {
    await inRecords((records) => records.put('case', [row('a', { n: 0 })]));
    const add = () =>
      inRecords(async (records) => {
        const [body] = await records.findForUpdate<{ n: number }>('case', [bytes('a')]);
        await records.save('case', [row('a', { n: (body?.n ?? 0) + 1 })]);
      });
    await Promise.all(Array.from({ length: 20 }, add));
    expect(await inRecords((records) => records.find('case', [bytes('a')]))).toEqual([{ n: 20 }]);
  });

  it('add what both have found absent: the second one is told to do it again', async () => {
    const hold = gate();
    const add = async (by: number, wait?: Promise<void>): Promise<void> =>
      inRecords(async (records) => {
        await records.findForUpdate('case', [bytes('a')]);
        await wait;
        await records.save('case', [row('a', { by })]);
      });
    const late = add(1, hold.opened);
    await isWaiting(late);
    await add(2);
    hold.open();
    await expect(late).rejects.toMatchObject({ code: 'conflict', canRetry: true });
    expect(await inRecords((records) => records.find('case', [bytes('a')]))).toEqual([{ by: 2 }]);
  });

  it('lock the same rows in opposite order without a deadlock', async () => {
    const values = Array.from({ length: 40 }, (_, n) => bytes(`v${n}`));
    await inRecords((records) =>
      records.put(
        'case',
        values.map((value) => ({ value, body: { n: 0 } })),
      ),
    );
    const touch = (order: Uint8Array[]) =>
      inRecords(async (records) => {
        await records.findForUpdate('case', order);
        await records.save(
          'case',
          order.map((value) => ({ value, body: { n: 1 } })),
        );
      });
    const rounds = Array.from({ length: 12 }, (_, n) => touch(n % 2 ? values : [...values].reverse()));
    await expect(Promise.all(rounds)).resolves.toHaveLength(12);
  });

  it('may not save what they have not looked at', async () => {
    await expect(inRecords((records) => records.save('case', [row('a', {})]))).rejects.toMatchObject({
      code: 'not-locked',
      canRetry: false,
    });
  });
});

describe('work', () => {
  const work = (value: string, due: string) => ({ ...row(value, { value }), due: new Date(due) });

  it('has a due time of whole hours, and is taken when its hour has come', async () => {
    await inRecords((records) => records.put('call', [work('a', '2026-11-25T11:20:01Z')]));
    const { rows } = await store.pool.query<{ due: Date }>('SELECT due FROM record');
    expect(rows.map(({ due }) => due.toISOString())).toEqual(['2026-11-25T12:00:00.000Z']);
    const take = (now: Date) => inRecords((records) => records.claimDue('call', { now, limit: 10, leaseMs: 60_000 }));
    expect(await take(new Date('2026-11-25T11:59:59Z'))).toEqual([]);
    expect((await take(NOON)).map(({ body }) => body)).toEqual([{ value: 'a' }]);
  });

  it('goes to one taker, until its lease ends', async () => {
    const many = Array.from({ length: 30 }, (_, n) => work(`w${n}`, '2026-11-25T10:00:00Z'));
    await inRecords((records) => records.put('call', many));
    const hold = gate();
    const take = async (now: Date, wait?: Promise<void>) =>
      inRecords(async (records) => {
        const taken = await records.claimDue<{ value: string }>('call', { now, limit: 20, leaseMs: 90_000 });
        await wait;
        return taken.map(({ body }) => body.value);
      });
    const first = take(NOON, hold.opened);
    await isWaiting(first);
    const second = await take(NOON);
    hold.open();
    const all = [...(await first), ...second];
    expect(all).toHaveLength(30);
    expect(new Set(all).size).toBe(30);
    expect(await take(new Date(NOON.getTime() + 60_000))).toEqual([]);
    expect(await take(new Date(NOON.getTime() + 120_000))).toHaveLength(20);
  });

  it('is finished once, and can be put off', async () => {
    await inRecords((records) =>
      records.put('call', [work('a', '2026-11-25T10:00:00Z'), work('b', '2026-11-25T10:00:00Z')]),
    );
    const later = { ...row('b', { tries: 1 }), due: new Date('2026-11-25T13:00:00Z') };
    expect(await inRecords((records) => records.finish('call', [bytes('a')]))).toEqual([true]);
    expect(await inRecords((records) => records.finish('call', [bytes('a')]))).toEqual([false]);
    expect(await inRecords((records) => records.postpone('call', [later, { ...later, value: bytes('a') }]))).toEqual([
      true,
      false,
    ]);
    const take = (now: string) =>
      inRecords((records) => records.claimDue('call', { now: new Date(now), limit: 9, leaseMs: 1 }));
    expect(await take('2026-11-25T12:59:00Z')).toEqual([]);
    expect((await take('2026-11-25T13:00:00Z')).map(({ body }) => body)).toEqual([{ tries: 1 }]);
    expect(await inRecords((records) => records.count('call'))).toBe(1);
  });
});

describe('work that got its time from a clock that ran ahead', () => {
  const DAY_MS = 86_400_000;
  const work = (value: string, ms: number) => ({ ...row(value, { value }), due: new Date(NOON.getTime() + ms) });
  const take = (now: Date) =>
    inRecords(async (records) => {
      const taken = await records.claimDue<{ value: string }>('call', { now, limit: 10, leaseMs: 60_000 });
      return taken.map(({ body }) => body.value);
    });

  it('is due when the clock is right, and other work keeps its hour', async () => {
    const works = [work('soon', DAY_MS), work('late', 9 * DAY_MS), work('later', 400 * DAY_MS)];
    await inRecords((records) => records.put('call', works));
    expect(await take(NOON)).toEqual([]);
    expect(await inRecords((records) => records.pullBack(NOON))).toBe(2);
    expect((await take(NOON)).toSorted()).toEqual(['late', 'later']);
    expect(await inRecords((records) => records.pullBack(NOON))).toBe(0);
  });

  it('is free again, though the clock that ran ahead has leased it', async () => {
    await inRecords((records) => records.put('call', [work('leased', -DAY_MS)]));
    expect(await take(new Date(NOON.getTime() + 9 * DAY_MS))).toEqual(['leased']);
    expect(await take(NOON)).toEqual(['leased']);
    expect(await take(NOON)).toEqual([]);
  });
});

describe('a new night', () => {
  let turned: Store;
  beforeAll(async () => {
    turned = await openStore(kinds, NIGHT);
  });
  afterAll(() => turned.close());
  const inTurned = <T>(work: (records: Awaited<ReturnType<Store['records']['begin']>>) => Promise<T>): Promise<T> =>
    turned.run(async (tx) => work(await turned.records.begin(tx)));
  const nightsOf = async (): Promise<number[]> =>
    (await turned.pool.query<{ night: number }>('SELECT night FROM record ORDER BY night')).rows.map(
      ({ night }) => night,
    );

  it('waits for open transactions, and those that waited for it write to the new night', async () => {
    const hold = gate();
    const open = turned.run(async (tx) => {
      const records = await turned.records.begin(tx);
      await hold.opened;
      await records.put('case', [row('old', { n: 1 }), row('gone', { n: 2 })]);
      return records.night;
    });
    await isWaiting(open);
    const begins = turned.run((tx) => turned.records.beginNight(tx, NIGHT + 1));
    expect(await isWaiting(begins)).toBe(true);
    const waiting = inTurned((records) => Promise.resolve(records.night));
    expect(await isWaiting(waiting)).toBe(true);
    hold.open();
    expect(await open).toBe(NIGHT);
    await begins;
    expect(await waiting).toBe(NIGHT + 1);
  });

  it('finds records of the night before, does not add them twice, and removes them', async () => {
    expect(await inTurned((records) => records.find('case', [bytes('old')]))).toEqual([{ n: 1 }]);
    expect(await inTurned((records) => records.put('case', [row('old', { n: 9 }), row('new', { n: 3 })]))).toEqual([
      false,
      true,
    ]);
    expect(await inTurned((records) => records.remove('case', [bytes('gone'), bytes('never')]))).toEqual([true, false]);
    expect(await nightsOf()).toEqual([NIGHT, NIGHT + 1]);
  });

  it('takes over a record of the night before when it is saved', async () => {
    await inTurned(async (records) => {
      await records.findForUpdate('case', [bytes('old')]);
      await records.save('case', [row('old', { n: 4 })]);
      await records.save('case', [row('old', { n: 5 })]);
    });
    expect(await nightsOf()).toEqual([NIGHT + 1, NIGHT + 1]);
    expect(await inTurned((records) => records.find('case', [bytes('old')]))).toEqual([{ n: 5 }]);
  });

  it('is not begun by an instance that merely starts', async () => {
    await turned.run((tx) => turned.records.prepare(tx, NIGHT + 7));
    expect(await inTurned((records) => Promise.resolve(records.night))).toBe(NIGHT + 1);
  });

  it('cannot be used when a key of a night with records is missing', async () => {
    const { rows } = await turned.pool.query(`SELECT to_regclass($1) IS NOT NULL AS there`, [partitionOf(NIGHT + 1)]);
    expect(rows).toEqual([{ there: true }]);
    const keys = turned.keys.nights.get(NIGHT);
    turned.keys.nights.delete(NIGHT);
    await expect(inTurned((records) => records.find('case', [bytes('old')]))).rejects.toMatchObject({
      code: 'keys-missing',
    });
    if (keys !== undefined) turned.keys.nights.set(NIGHT, keys);
  });
});
