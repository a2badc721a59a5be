import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { keyLife } from '#libs/contracts';
import { superuserUrl } from '../../../test/support/stack.js';
import { FileKeyring } from '../../sealing/src/index.js';
import { partitionOf, turn, type KindSpec } from '../src/index.js';
import { Permit } from '../src/testing.js';
import { bytes, openStore, type Store } from './support.js';

const NIGHT = 20_000;
const COUNT = 2_000;
/** Spearman's correlation of a random order of two thousand exceeds this only once in a hundred thousand. */
const RANDOM = 0.1;
const kinds: readonly KindSpec[] = [
  { kind: 'case', sizeBytes: 2_304, work: false },
  { kind: 'call', sizeBytes: 192, work: true },
  // So large that the database keeps it in the TOAST table of the partition.
  { kind: 'letter', sizeBytes: 6_000, work: false },
];

let store: Store<FileKeyring>;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turn-dark-'));
  const place = {
    privateDir: join(folder, 'private'),
    publicRoot: join(folder, 'public'),
    service: 'payments',
    life: keyLife,
  };
  store = await openStore(kinds, NIGHT, await FileKeyring.create(place));
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const names = Array.from({ length: COUNT }, (_, at) => `value-${at}`);

async function put(kind: string, rows: readonly string[], due?: Date): Promise<void> {
  const what = rows.map((name, at) => ({ value: bytes(name), body: { at }, ...(due === undefined ? {} : { due }) }));
  // In small batches, so that the heap of the first night has a recognizable order.
  await store.run(async (tx) => {
    const records = await store.records.begin(tx);
    for (let at = 0; at < what.length; at += 10) await records.put(kind, what.slice(at, at + 10));
  });
}

function turnTo(night: number, today = '2026-11-25'): ReturnType<typeof turn> {
  const { records, keys, pool } = store;
  return turn({ records, keys, pool, batchRows: 300 }, night, new Permit(today));
}

interface Kept {
  readonly lookup: Buffer;
  readonly blob: Buffer;
}

async function rowsOf(night: number, order = 'ctid', kind = '%'): Promise<readonly Kept[]> {
  const statement = `SELECT lookup, blob FROM ${partitionOf(night)} WHERE kind LIKE $1 ORDER BY ${order}`;
  return (await store.pool.query<Kept>(statement, [kind])).rows;
}

/** Returns every byte on the disk of a night: the table, its TOAST table, and the indexes of both. */
async function filesOf(night: number): Promise<Buffer> {
  const client = new pg.Client({ connectionString: superuserUrl(new URL(store.url).pathname.slice(1)) });
  await client.connect();
  try {
    await client.query('CHECKPOINT');
    const { rows } = await client.query<{ path: string }>(
      `WITH own AS (SELECT oid, reltoastrelid FROM pg_class WHERE relname = $1),
            tables AS (SELECT oid FROM own UNION SELECT reltoastrelid FROM own WHERE reltoastrelid <> 0),
            files AS (SELECT oid FROM tables UNION
         SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM tables))
       SELECT current_setting('data_directory') || '/' || pg_relation_filepath(oid) AS path FROM files`,
      [partitionOf(night)],
    );
    expect(rows.length).toBeGreaterThanOrEqual(5);
    return Buffer.concat(await Promise.all(rows.map(({ path }) => readFile(path))));
  } finally {
    await client.end();
  }
}

const PIECE_BYTES = 16;

/** Counts how many of the lookups and of the sealed bytes (by three pieces of each) are in a file. */
function foundIn(file: Buffer, rows: readonly Kept[]): { readonly lookups: number; readonly blobs: number } {
  const pieces = ({ blob }: Kept): Buffer[] =>
    [0, Math.floor(blob.length / 2), blob.length - PIECE_BYTES].map((at) => blob.subarray(at, at + PIECE_BYTES));
  return {
    lookups: rows.filter(({ lookup }) => file.includes(lookup)).length,
    blobs: rows.filter((row) => pieces(row).some((piece) => file.includes(piece))).length,
  };
}

/** Returns Spearman's correlation of two orders of the same names. */
function correlation(before: readonly string[], after: readonly string[]): number {
  const rank = new Map(before.map((name, at) => [name, at]));
  const squares = after.reduce((sum, name, at) => sum + ((rank.get(name) ?? Number.NaN) - at) ** 2, 0);
  return 1 - (6 * squares) / (after.length * (after.length ** 2 - 1));
}

async function namesIn(night: number, order: string): Promise<readonly string[]> {
  const seal = store.records.sealOf(night);
  const known = new Map(names.map((name) => [seal.lookup('case', bytes(name)).toString('hex'), name]));
  return (await rowsOf(night, order, 'case')).map(({ lookup }) => known.get(lookup.toString('hex')) ?? '');
}

describe('the files of the new partition', () => {
  it('hold no lookup and no sealed bytes of before', async () => {
    await put('case', names.slice(0, 200));
    await put('letter', names.slice(0, 50));
    await put('call', names.slice(0, 50), new Date('2026-11-25T12:00:00Z'));
    const old = await rowsOf(NIGHT);
    const all = { lookups: 300, blobs: 300 };
    expect(foundIn(await filesOf(NIGHT), old)).toEqual(all);
    expect(await turnTo(NIGHT + 1)).toMatchObject({ moved: 300, nightsDropped: [NIGHT] });
    const file = await filesOf(NIGHT + 1);
    expect(foundIn(file, old)).toEqual({ lookups: 0, blobs: 0 });
    // The search does find what is there.
    expect(foundIn(file, await rowsOf(NIGHT + 1))).toEqual(all);
  });

  it('show no order of before: neither the heap nor the lookups', async () => {
    await put('case', names);
    const heap = await namesIn(NIGHT, 'ctid');
    const index = await namesIn(NIGHT, 'lookup');
    // Each ten rows of one call are in the order of their lookups. The whole is in the order in which they came.
    expect(correlation(names, heap)).toBeGreaterThan(0.99);
    await turnTo(NIGHT + 1);
    const after = { heap: await namesIn(NIGHT + 1, 'ctid'), index: await namesIn(NIGHT + 1, 'lookup') };
    for (const before of [names, heap, index]) {
      expect(Math.abs(correlation(before, after.heap))).toBeLessThan(RANDOM);
      expect(Math.abs(correlation(before, after.index))).toBeLessThan(RANDOM);
    }
    expect(Math.abs(correlation(after.index, after.heap))).toBeLessThan(RANDOM);
  });
});

describe('forgetting', () => {
  it('is done after three completed turns: of a record that was removed nothing can be opened any more', async () => {
    const [gone = '', alive = ''] = names;
    await put('case', [gone, alive]);
    // These rows are what a backup holds.
    const stolen = await rowsOf(NIGHT);
    await store.run(async (tx) => (await store.records.begin(tx)).remove('case', [bytes(gone)]));
    const opened = (): number =>
      stolen.filter(({ lookup, blob }) => 'at' in store.records.sealOf(NIGHT).open('case', lookup, blob).body).length;
    for (const later of [1, 2]) {
      await turnTo(NIGHT + later);
      expect(opened()).toBe(2);
    }
    expect((await turnTo(NIGHT + 3)).keysDestroyed).toEqual([NIGHT]);
    expect(opened).toThrow(expect.objectContaining({ code: 'keys-missing' }));
    const found = await store.run(async (tx) => (await store.records.begin(tx)).find('case', [gone, alive].map(bytes)));
    expect(found).toEqual([undefined, { at: 1 }]);
  });

  it('leaves the keys of a night in which a row stands, however many turns were completed', async () => {
    const [alive = ''] = names;
    await put('case', [alive]);
    // No turn ran for four days. Then it is made up for.
    expect(await turnTo(NIGHT + 4)).toMatchObject({ moved: 1, keysDestroyed: [] });
    // Pretends that three turns were completed while the night still had a row.
    await store.pool.query(`INSERT INTO turn SELECT n, true FROM generate_series(${NIGHT + 5}, ${NIGHT + 7}) n`);
    await turnTo(NIGHT + 4);
    expect(store.keys.rowKeys(NIGHT)).toBeUndefined();
    expect(store.keys.rowKeys(NIGHT + 4)).toBeDefined();
    expect(await store.run(async (tx) => (await store.records.begin(tx)).find('case', [bytes(alive)]))).toEqual([
      { at: 0 },
    ]);
  });
});
