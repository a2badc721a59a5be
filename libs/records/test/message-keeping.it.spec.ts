import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { sha256 } from '#libs/sealing';

import { keepingKinds, MessageKeeping } from '../src/index.js';
import { bytes, openStore, type Store } from './support.js';

const RECORD_BYTES = 600;
const kinds = keepingKinds({ recordBytesMax: RECORD_BYTES, handledDays: 9, readableDays: 8 });
const DAY = '2026-11-25';

let store: Store;
let keeping: MessageKeeping;
beforeAll(async () => {
  store = await openStore(kinds, 20_000);
  keeping = new MessageKeeping({ records: store.records, recordBytesMax: RECORD_BYTES });
});
afterAll(() => store.close());

describe('message keeping', () => {
  const seen = (contractName: string, key: string, content = 'content') => ({
    contractName,
    key,
    day: DAY,
    digest: sha256(bytes(content)),
  });

  it('tells new keys from known ones, per contract, and notices other content under a known key', async () => {
    const sights = (messages: ReturnType<typeof seen>[]) => store.run((tx) => keeping.firstSeen(tx, messages));
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
      store.run(async (tx) => {
        await keeping.firstSeen(tx, message);
        throw new Error('the batch failed');
      }),
    ).rejects.toThrow('the batch failed');
    expect(await store.run((tx) => keeping.firstSeen(tx, message))).toEqual(['new']);
    await store.run((tx) => keeping.forget(tx, message));
    expect(await store.run((tx) => keeping.firstSeen(tx, message))).toEqual(['new']);
  });

  it('parks the same bytes once, sums up, and gives back what can be tried again', async () => {
    const parked = (record: Uint8Array, code: string, day = DAY) => ({ contractName: 'a.b', day, record, code });
    await store.run((tx) =>
      keeping.park(tx, [
        parked(bytes('one'), 'forged'),
        parked(bytes('one'), 'forged'),
        parked(bytes('two'), 'handler-failed', '2026-11-20'),
        parked(new Uint8Array(RECORD_BYTES + 1), 'malformed'),
      ]),
    );
    expect(await store.run((tx) => keeping.parkedSummary(tx))).toEqual({
      count: 3,
      oldestDay: '2026-11-20',
      byCode: { forged: 1, 'handler-failed': 1, malformed: 1 },
    });
    const taken = await store.run((tx) => keeping.takeParked(tx, 10));
    expect(taken.map(({ record }) => Buffer.from(record).toString()).sort()).toEqual(['one', 'two']);
    expect(await store.run((tx) => keeping.parkedCount(tx))).toBe(1);
  });

  it('gives a message for later to one transaction only', async () => {
    const now = new Date('2026-11-25T12:00:00Z');
    await store.run((tx) =>
      keeping.keepForLater(tx, [{ contractName: 'a.b', day: DAY, record: bytes('wait'), due: now }]),
    );
    const [taken] = await store.run((tx) => keeping.takeLater(tx, { now, limit: 5 }));
    expect(Buffer.from(taken?.record ?? []).toString()).toBe('wait');
    expect(taken).toMatchObject({ contractName: 'a.b', day: DAY });
    expect(await store.run((tx) => keeping.takeLater(tx, { now, limit: 5 }))).toEqual([]);
    const id = taken?.id ?? new Uint8Array();
    expect(await store.run((tx) => keeping.claimLater(tx, [id]))).toEqual([true]);
    expect(await store.run((tx) => keeping.claimLater(tx, [id]))).toEqual([false]);
  });

  it('lets the turn drop what has outlived its clock', () => {
    const isOver = (kind: string, today: string): boolean | undefined =>
      kinds.find((spec) => spec.kind === kind)?.isOver?.({ day: DAY }, today);
    expect(isOver('handled', '2026-12-04')).toBe(false);
    expect(isOver('handled', '2026-12-05')).toBe(true);
    expect(isOver('parked', '2026-12-03')).toBe(false);
    expect(isOver('parked', '2026-12-04')).toBe(true);
  });
});
