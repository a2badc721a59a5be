import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { readTurns, turn, type KindSpec } from '../src/index.js';
import { Permit } from '../src/testing.js';
import { bytes, openStore, type Store } from './support.js';

const kinds: readonly KindSpec[] = [{ kind: 'case', sizeBytes: 128, work: false }];
const NIGHT = 20_000;
const TODAY = '2026-11-25';
const COUNT = 60;

let store: Store;
beforeEach(async () => {
  store = await openStore(kinds, NIGHT);
  const rows = Array.from({ length: COUNT }, (_, at) => ({ value: bytes(`value-${at}`), body: { at } }));
  await store.run(async (tx) => (await store.records.begin(tx)).put('case', rows));
});
afterEach(() => store.close());

const turnTo = (night: number): ReturnType<typeof turn> => {
  const { records, keys, pool } = store;
  return turn({ records, keys, pool, batchRows: 20 }, night, new Permit(TODAY));
};

const find = (at: number): Promise<unknown> =>
  store.run(async (tx) => (await (await store.records.begin(tx)).find('case', [bytes(`value-${at}`)]))[0]);

const lookupOf = (at: number): Buffer => store.records.sealOf(NIGHT).lookup('case', bytes(`value-${at}`));

/** Flips one bit of each blob. */
async function damage(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    await store.pool.query('UPDATE record SET blob = set_bit(blob, 100, 1 - get_bit(blob, 100)) WHERE lookup = $1', [
      lookupOf(at),
    ]);
  }
}

describe('a record that does not open', () => {
  it('does not hold up the others, is never taken for absent, and is carried on once it is mended', async () => {
    await damage(1);
    expect(await turnTo(NIGHT + 1)).toMatchObject({ outcome: 'done', moved: COUNT - 1, damaged: 1, nightsDropped: [] });
    expect(await find(1)).toEqual({ at: 1 });
    await expect(find(0)).rejects.toThrow(expect.objectContaining({ code: 'damaged' }));
    const put = await store.run(async (tx) =>
      (await store.records.begin(tx)).put('case', [{ value: bytes('value-0'), body: {} }]),
    );
    expect(put).toEqual([false]);
    expect(await readTurns(store.pool)).toEqual({
      presentNight: NIGHT + 1,
      lastCompletedNight: NIGHT + 1,
      lastCompletedDay: TODAY,
      witnessedDay: TODAY,
      nightsLeft: [NIGHT],
      keysLeft: [],
      keysDue: [],
    });
    await damage(1);
    expect(await turnTo(NIGHT + 2)).toMatchObject({ moved: COUNT, damaged: 0, nightsDropped: [NIGHT, NIGHT + 1] });
    expect(await find(0)).toEqual({ at: 0 });
  });

  it('leaves nothing in its partition of those that were moved', async () => {
    await damage(1);
    await turnTo(NIGHT + 1);
    const { rows } = await store.pool.query(`SELECT pg_relation_size('record_${NIGHT}')::integer AS bytes`);
    expect(rows).toEqual([{ bytes: 8_192 }]);
  });

  it('is given up when the keys of its night are due to die, so that nobody’s forgetting waits for it', async () => {
    await damage(1);
    const results = [];
    for (let later = 1; later <= 3; later += 1) results.push(await turnTo(NIGHT + later));
    expect(results.map(({ damaged, givenUp, keysDestroyed }) => ({ damaged, givenUp, keysDestroyed }))).toEqual([
      { damaged: 1, givenUp: 0, keysDestroyed: [] },
      { damaged: 1, givenUp: 0, keysDestroyed: [] },
      { damaged: 1, givenUp: 1, keysDestroyed: [NIGHT] },
    ]);
    expect(store.keys.nights.has(NIGHT)).toBe(false);
    expect(await find(0)).toBeUndefined();
  });

  it('is no accident when there are many: they and their keys wait for a person', async () => {
    await damage(21);
    for (let later = 1; later <= 5; later += 1)
      expect(await turnTo(NIGHT + later)).toMatchObject({ damaged: 21, givenUp: 0 });
    expect(store.keys.nights.has(NIGHT)).toBe(true);
    expect(store.keys.nights.has(NIGHT + 1)).toBe(false);
    await damage(21);
    expect(await turnTo(NIGHT + 6)).toMatchObject({ damaged: 0, moved: COUNT, keysDestroyed: [NIGHT, NIGHT + 3] });
  });
});
