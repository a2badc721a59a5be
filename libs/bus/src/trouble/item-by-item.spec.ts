import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  contentFault,
  faultyBatches,
  MemoryTransactions,
  transactionsMax,
} from '../../../../test/support/faulty-batches.js';
import { itemByItem } from './item-by-item.js';

const away = Object.assign(new Error('the database is away'), { code: 'ECONNREFUSED' });
const slow = Object.assign(new Error('too slow'), { code: '57014' });

describe('one item never fails another', () => {
  it('sets aside exactly the items at fault, for 10,000 batches with one to five of them', async () => {
    await fc.assert(
      fc.asyncProperty(faultyBatches(300), async (batch) => {
        const { items, faulty, good } = batch;
        const memory = new MemoryTransactions<number>();
        const aside: number[] = [];
        const count = await itemByItem(items, {
          together: (part) =>
            memory.run(async (add) => {
              add(...part);
              await Promise.resolve();
              if (part.some((item) => faulty.has(item))) throw contentFault;
            }),
          setAside: (item) => memory.run(() => Promise.resolve(void aside.push(item))),
        });
        expect(count).toBe(faulty.size);
        expect(memory.committed.join()).toBe(good.join());
        expect(new Set(aside)).toEqual(faulty);
        expect(aside).toHaveLength(faulty.size);
        expect(memory.count).toBeLessThanOrEqual(transactionsMax(batch));
      }),
      { numRuns: 10_000 },
    );
  }, 120_000);

  it.each([
    ['while the database is away', away],
    ['after a conflict with another transaction', Object.assign(new Error('again'), { code: '40001' })],
  ])('sets nothing aside %s', async (_, error) => {
    let runs = 0;
    const done = itemByItem([1, 2, 3], {
      together: () => {
        runs += 1;
        return Promise.reject(error);
      },
      setAside: () => Promise.reject(new Error('set aside')),
    });
    await expect(done).rejects.toBe(error);
    expect(runs).toBe(1);
  });

  it('keeps what is done when the database goes away in the middle', async () => {
    const done: number[] = [];
    const working = itemByItem([1, 2, 3, 4], {
      together: (part) => {
        if (part.length > 2) return Promise.reject(contentFault);
        if (part.includes(4)) return Promise.reject(away);
        done.push(...part);
        return Promise.resolve();
      },
      setAside: () => Promise.reject(new Error('set aside')),
    });
    await expect(working).rejects.toBe(away);
    expect(done).toEqual([1, 2]);
  });

  it('divides what takes too long, and never sets aside what is slow alone', async () => {
    const done: number[] = [];
    const together = (part: readonly number[]): Promise<void> => {
      if (part.length > 1 || part.includes(4)) return Promise.reject(slow);
      done.push(...part);
      return Promise.resolve();
    };
    const setAside = (): Promise<void> => Promise.reject(new Error('set aside'));
    await expect(itemByItem([1, 2, 3, 4], { together, setAside })).rejects.toBe(slow);
    expect(done).toEqual([1, 2, 3]);
  });

  it('goes on when one item cannot even be set aside, and tells it in the end', async () => {
    const fault = new TypeError('not even set aside');
    const [done, aside]: [number[], number[]] = [[], []];
    const working = itemByItem([1, 2, 3, 4, 5], {
      together: (part) => {
        if (part.includes(2) || part.includes(4)) return Promise.reject(contentFault);
        done.push(...part);
        return Promise.resolve();
      },
      setAside: (item) => {
        if (item === 2) return Promise.reject(fault);
        aside.push(item);
        return Promise.resolve();
      },
    });
    await expect(working).rejects.toBe(fault);
    expect([done, aside]).toEqual([[1, 3, 5], [4]]);
  });
});
