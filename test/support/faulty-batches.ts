import fc from 'fast-check';

/** A batch of items, numbered from 0, of which one to five are at fault. */
export interface FaultyBatch {
  readonly items: readonly number[];
  readonly faulty: ReadonlySet<number>;
  /** The other items, in their order. */
  readonly good: readonly number[];
}

/** A fault of the content. One for all tests: an error with its stack takes longer than the batch that it fails. */
export const contentFault = new TypeError('a fault of the content');
contentFault.stack = '';

export function faultyBatches(sizeMax: number): fc.Arbitrary<FaultyBatch> {
  return fc
    .record({
      size: fc.integer({ min: 1, max: sizeMax }),
      faults: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
    })
    .map(({ size, faults }) => {
      const items = Array.from({ length: size }, (_, at) => at);
      const faulty = new Set(faults.map((fault) => fault % size));
      return { items, faulty, good: items.filter((item) => !faulty.has(item)) };
    });
}

/** State in memory that a failed transaction does not change. */
export class MemoryTransactions<T> {
  readonly committed: T[] = [];
  count = 0;

  async run<R>(work: (add: (...entries: readonly T[]) => void) => Promise<R>): Promise<R> {
    this.count += 1;
    const added: T[] = [];
    const result = await work((...entries) => void added.push(...entries));
    this.committed.push(...added);
    return result;
  }
}

/** The most transactions in which a batch may be done, if each item at fault is set aside in one of its own. */
export function transactionsMax({ items, faulty }: FaultyBatch): number {
  return 1 + faulty.size * (2 * Math.ceil(Math.log2(Math.max(2, items.length))) + 1);
}
