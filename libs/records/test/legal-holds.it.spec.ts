import { generateKeyPairSync } from 'node:crypto';

import { locks } from '#libs/database';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { holdKinds, LegalHolds, openHeld, turn, type KindSpec, type RecordsTx } from '../src/index.js';
import { Permit } from '../src/testing.js';
import { bytes, isWaiting, openStore, type Store } from './support.js';

const own: readonly KindSpec[] = [
  { kind: 'case', sizeBytes: 256, work: false, isOver: (body) => 'ended' in body },
  { kind: 'call', sizeBytes: 128, work: true, isOver: (body) => 'ended' in body },
];
const large: KindSpec = { kind: 'large', sizeBytes: 4_096, work: false };
const NIGHT = 20_000;
const TODAY = '2026-11-25';
const DUE = new Date('2026-11-25T12:00:00Z');
const custodian = generateKeyPairSync('x25519');
const custodianKey = custodian.publicKey.export({ format: 'raw-public' });

let store: Store;
let holds: LegalHolds;
beforeEach(async () => {
  store = await openStore([...own, ...holdKinds(own), large], NIGHT);
  holds = new LegalHolds(store.records, custodianKey);
});
afterEach(() => store.close());

const inRecords = <T>(work: (records: RecordsTx) => Promise<T>): Promise<T> =>
  store.run(async (tx) => work(await store.records.begin(tx)));
const put = (name: string, body: object = { of: name }): Promise<unknown> =>
  inRecords((records) => records.put('case', [{ value: bytes(name), body }]));
const remove = (...names: string[]): Promise<boolean[]> =>
  inRecords((records) => records.remove('case', names.map(bytes)));
const place = (...names: string[]): Promise<string> =>
  store.run((tx) => holds.placeHold(tx, { kind: 'case', values: names.map(bytes) }));
const turnTo = (night: number): ReturnType<typeof turn> => {
  const { records, keys, pool } = store;
  return turn({ records, keys, pool }, night, new Permit(TODAY));
};
const opened = async (id: string): Promise<readonly object[]> => {
  const sealed = await store.run((tx) => holds.exportHeld(tx, id));
  return sealed.map((each) => {
    const { kind, value, body } = openHeld(custodian.privateKey, each);
    return { kind, value: Buffer.from(value).toString(), body };
  });
};

describe('a record under a legal hold', () => {
  it('is kept for its custodian when it is removed, and only that one', async () => {
    for (const name of ['held', 'other', 'alive']) await put(name);
    const id = await place('held', 'alive');
    expect(await remove('held', 'other')).toEqual([true, true]);
    expect(await store.run((tx) => holds.listHolds(tx))).toEqual([
      { id, kinds: [{ kind: 'case', named: 2, kept: 1 }] },
    ]);
    expect(await opened(id)).toEqual([{ kind: 'case', value: 'held', body: { of: 'held' } }]);
    expect(await inRecords((records) => records.find('case', ['held', 'other', 'alive'].map(bytes)))).toEqual([
      undefined,
      undefined,
      { of: 'alive' },
    ]);
  });

  it('is kept when the turn finds that it has ended, and in every later turn, until the hold is lifted', async () => {
    for (const name of ['held', 'other']) await put(name, { of: name, ended: true });
    await put('alive');
    const id = await place('held', 'alive');
    expect(await turnTo(NIGHT + 1)).toMatchObject({ moved: 3, ended: 2 });
    for (let later = 2; later <= 5; later += 1) {
      const before = await lookupsOf('held');
      expect(await turnTo(NIGHT + later)).toMatchObject({ ended: 0 });
      const after = await lookupsOf('held');
      expect(after.length).toBe(1);
      expect(after).not.toEqual(before);
      expect(await opened(id)).toEqual([{ kind: 'case', value: 'held', body: { of: 'held', ended: true } }]);
    }
    expect(store.keys.nights.has(NIGHT + 1)).toBe(false);
    expect(await store.run((tx) => holds.liftHold(tx, id))).toBe(true);
    expect(await store.run((tx) => holds.exportHeld(tx, id))).toEqual([]);
    expect(await store.run((tx) => holds.listHolds(tx))).toEqual([]);
    // Three live and two held records become one: the case that is still live.
    expect(await turnTo(NIGHT + 6)).toMatchObject({ moved: 1, ended: 0 });
    expect(await kindsKept()).toEqual(['case']);
  });

  it('is kept when it is work that is finished, or that ended', async () => {
    const rows = ['done', 'over'].map((name) => ({ value: bytes(name), body: { ended: name }, due: DUE }));
    await inRecords((records) => records.put('call', rows));
    const id = await store.run((tx) => holds.placeHold(tx, { kind: 'call', values: ['done', 'over'].map(bytes) }));
    expect(await inRecords((records) => records.finish('call', [bytes('done')]))).toEqual([true]);
    expect(await turnTo(NIGHT + 1)).toMatchObject({ ended: 1 });
    expect((await opened(id)).map((each) => JSON.stringify(each)).sort()).toEqual([
      '{"kind":"call","value":"done","body":{"ended":"done"}}',
      '{"kind":"call","value":"over","body":{"ended":"over"}}',
    ]);
  });

  it('is kept as it was before when it is written over, as a withdrawal does', async () => {
    await put('held', { of: 'facts' });
    const id = await place('held');
    await inRecords(async (records) => {
      await records.findForUpdate('case', [bytes('held'), bytes('new')]);
      const rows = ['held', 'new'].map((name) => ({ value: bytes(name), body: { withdrawn: true } }));
      await records.save('case', rows);
    });
    expect(await opened(id)).toEqual([{ kind: 'case', value: 'held', body: { of: 'facts' } }]);
  });

  it('is kept once for each hold, and lifting one leaves the other', async () => {
    await put('held');
    const [one, other] = [await place('held'), await place('held')];
    await remove('held');
    expect(await store.run((tx) => holds.liftHold(tx, one))).toBe(true);
    expect(await opened(other)).toEqual([{ kind: 'case', value: 'held', body: { of: 'held' } }]);
    // The hold continues: a record that is put again under the same value is held again.
    await put('held', { of: 'again' });
    await remove('held', 'held');
    expect((await opened(other)).length).toBe(2);
    expect(await store.run((tx) => holds.liftHold(tx, one))).toBe(false);
  });

  it('can be read by nobody but its custodian, and its length says nothing', async () => {
    await put('short', {});
    await put('long', { text: 'x'.repeat(180) });
    const id = await place('short', 'long');
    await remove('short', 'long');
    const sealed = await store.run((tx) => holds.exportHeld(tx, id));
    expect(new Set(sealed.map(({ length }) => length)).size).toBe(1);
    const stranger = generateKeyPairSync('x25519').privateKey;
    for (const each of sealed) {
      expect(() => openHeld(stranger, each)).toThrow(expect.objectContaining({ code: 'not-opened' }));
    }
  });
});

describe('a hold', () => {
  it('needs a custodian, a kind that fits, and a moment without a turn', async () => {
    const nobody = new LegalHolds(store.records, undefined);
    const request = { kind: 'case', values: [bytes('held')] };
    await expect(store.run((tx) => nobody.placeHold(tx, request))).rejects.toThrow(refusal('no-custodian'));
    for (const kind of ['large', 'held', 'legal-hold']) {
      await expect(store.run((tx) => holds.placeHold(tx, { ...request, kind }))).rejects.toThrow(
        refusal('not-holdable'),
      );
    }
    const turning = await store.pool.connect();
    await turning.query('SELECT pg_advisory_lock($1)', [locks.turn]);
    await expect(place('held')).rejects.toThrow(refusal('turning'));
    turning.release(true);
  });

  it('is placed once whoever had begun before it has ended', async () => {
    await put('held');
    let placing: Promise<string> | undefined;
    await inRecords(async (records) => {
      placing = place('held');
      expect(await isWaiting(placing)).toBe(true);
      const held = await records.findForUpdate('case', [bytes('held')]);
      await records.save(
        'case',
        held.map(() => ({ value: bytes('held'), body: { of: 'late' } })),
      );
    });
    const id = (await placing) ?? '';
    await remove('held');
    expect(await opened(id)).toEqual([{ kind: 'case', value: 'held', body: { of: 'late' } }]);
  });
});

const refusal = (code: string): object => expect.objectContaining({ code });

async function lookupsOf(kind: string): Promise<readonly string[]> {
  const { rows } = await store.pool.query<{ lookup: string }>(
    `SELECT encode(lookup, 'hex') AS lookup FROM record WHERE kind = $1`,
    [kind],
  );
  return rows.map(({ lookup }) => lookup);
}

async function kindsKept(): Promise<readonly string[]> {
  const { rows } = await store.pool.query<{ kind: string }>('SELECT kind FROM record');
  return rows.map(({ kind }) => kind);
}
