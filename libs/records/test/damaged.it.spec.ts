import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { Records, type KindSpec, type RecordsTx } from '../src/index.js';
import { bytes, openStore, type Store } from './support.js';

const kinds: readonly KindSpec[] = [
  { kind: 'case', sizeBytes: 128, work: false },
  { kind: 'job', sizeBytes: 128, work: true },
];
const NIGHT = 20_000;
const COUNT = 10;
const due = new Date('2026-11-25T10:00:00Z');
const claim = { now: new Date('2026-11-25T12:00:00Z'), limit: 100, leaseMs: 300_000 };

let store: Store;
let records: Records;
let reported: string[];

beforeEach(async () => {
  store = await openStore(kinds, NIGHT);
  reported = [];
  const onDamaged = (kind: string, lookups: readonly unknown[]): void =>
    void reported.push(`${lookups.length} ${kind}`);
  records = new Records({ keys: store.keys, kinds, onDamaged });
  const values = Array.from({ length: COUNT }, (_, at) => bytes(`value-${at}`));
  await use(async (tx) => {
    await tx.put(
      'case',
      values.map((value, at) => ({ value, body: { at } })),
    );
    await tx.put(
      'job',
      values.map((value, at) => ({ value, body: { at }, due })),
    );
  });
});
afterEach(() => store.close());

const use = <T>(work: (tx: RecordsTx) => Promise<T>): Promise<T> =>
  store.run(async (tx) => work(await records.begin(tx)));

async function damage(kind: string, at: number): Promise<void> {
  const lookup = store.records.sealOf(NIGHT).lookup(kind, bytes(`value-${at}`));
  await store.pool.query(
    'UPDATE record SET blob = set_bit(blob, 100, 1 - get_bit(blob, 100)) WHERE kind = $1 AND lookup = $2',
    [kind, lookup],
  );
}

const numbers = (rows: readonly { readonly body: object }[]): readonly number[] =>
  rows.map(({ body }) => (body as { at: number }).at).sort((a, b) => a - b);

describe('one record that does not open', () => {
  it('keeps no other work from being claimed, and is not claimed again at once', async () => {
    await damage('job', 3);
    const claimed = await use((tx) => tx.claimDue('job', claim));
    expect(numbers(claimed)).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]);
    expect(reported).toEqual(['1 job']);
    expect(await use((tx) => tx.claimDue('job', claim))).toEqual([]);
    expect(reported).toEqual(['1 job']);
    const later = { ...claim, now: new Date('2026-11-25T12:06:00Z') };
    expect(await use((tx) => tx.claimDue('job', later))).toHaveLength(COUNT - 1);
    expect(reported).toEqual(['1 job', '1 job']);
  });

  it('is on its page, and every other record comes once', async () => {
    await damage('case', 5);
    const rows: { body: object }[] = [];
    let damaged = 0;
    let end: Awaited<ReturnType<RecordsTx['page']>>['end'];
    do {
      const page = await use((tx) => tx.page('case', 3, end));
      rows.push(...page.rows);
      damaged += page.damaged.length;
      end = page.end;
    } while (end !== undefined);
    expect(numbers(rows)).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9]);
    expect(damaged).toBe(1);
  });

  it('hides no other to a reader that can do without it, and is never taken for absent', async () => {
    await damage('case', 5);
    const values = [bytes('value-4'), bytes('value-5'), bytes('no value')];
    expect(await use((tx) => tx.findReadable('case', values))).toEqual([{ at: 4 }, undefined, undefined]);
    await expect(use((tx) => tx.find('case', values))).rejects.toMatchObject({ code: 'damaged' });
  });

  it('is there for whoever would add it again in a later night', async () => {
    await damage('case', 5);
    await store.run((tx) => records.beginNight(tx, NIGHT + 1));
    const rows = [5, 6, 99].map((at) => ({ value: bytes(`value-${at}`), body: { at } }));
    expect(await use((tx) => tx.put('case', rows))).toEqual([false, false, true]);
  });

  it('can be removed by its place', async () => {
    await damage('case', 5);
    const { damaged } = await use((tx) => tx.page('case', 100));
    expect(await use((tx) => tx.removeDamaged('case', damaged))).toBe(1);
    expect(await use((tx) => tx.count('case'))).toBe(COUNT - 1);
  });
});
