import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GroupCommit } from './group-commit.js';

/** Runs each batch only when the test says so, and notes the batches. */
function held(limits: { batchMax: number; waitingMax: number }) {
  const batches: (readonly number[])[] = [];
  const gates: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  const commits = new GroupCommit<number, string>({
    ...limits,
    run: async (items) => {
      batches.push(items);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      gates.push({ resolve, reject });
      await promise;
      return items.map((item) => `did ${item}`);
    },
  });
  const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { commits, batches, gates, tick };
}

describe('gathering', () => {
  it('puts what comes in the same moment into one batch, and what comes meanwhile into the next', async () => {
    const { commits, batches, gates, tick } = held({ batchMax: 10, waitingMax: 10 });
    const first = [commits.add(1), commits.add(2)];
    await tick();
    const second = [commits.add(3), commits.add(4)];
    expect([batches, commits.length]).toEqual([[[1, 2]], 2]);
    gates[0]?.resolve();
    expect(await Promise.all(first)).toEqual(['did 1', 'did 2']);
    await tick();
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
    gates[1]?.resolve();
    expect(await Promise.all(second)).toEqual(['did 3', 'did 4']);
  });

  it('never makes a batch larger than allowed', async () => {
    const { commits, batches, gates, tick } = held({ batchMax: 2, waitingMax: 10 });
    const all = [1, 2, 3, 4, 5].map((item) => commits.add(item));
    for (let at = 0; at < 3; at += 1) {
      await tick();
      gates[at]?.resolve();
      await tick();
    }
    expect(await Promise.all(all)).toEqual([1, 2, 3, 4, 5].map((item) => `did ${item}`));
    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('tells the one that is too much to come back, and takes it when there is room again', async () => {
    const { commits, gates, tick } = held({ batchMax: 2, waitingMax: 2 });
    const kept = [commits.add(1), commits.add(2)];
    await expect(commits.add(3)).rejects.toMatchObject({ code: 'busy', details: { retryAfterSeconds: 2 } });
    await tick();
    const next = commits.add(3);
    gates[0]?.resolve();
    expect(await Promise.all(kept)).toEqual(['did 1', 'did 2']);
    await tick();
    gates[1]?.resolve();
    expect(await next).toBe('did 3');
  });

  it('hands the failure of a batch to each of it and to nobody else', async () => {
    const { commits, gates, tick } = held({ batchMax: 2, waitingMax: 10 });
    const failed = [commits.add(1), commits.add(2)];
    const other = commits.add(3);
    await tick();
    gates[0]?.reject(Object.assign(new Error('the database is away'), { code: 'ECONNREFUSED' }));
    for (const each of failed) await expect(each).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await tick();
    gates[1]?.resolve();
    expect(await other).toBe('did 3');
    expect(commits.length).toBe(0);
  });

  it('gives everybody his own answer, once, whatever the sizes', async () => {
    const scripts = fc.record({ count: fc.integer({ min: 1, max: 60 }), batchMax: fc.integer({ min: 1, max: 9 }) });
    await fc.assert(
      fc.asyncProperty(scripts, async ({ count, batchMax }) => {
        const seen: number[] = [];
        const run = (items: readonly number[]): Promise<readonly number[]> => {
          seen.push(...items);
          return Promise.resolve(items.map((item) => item * 2));
        };
        const commits = new GroupCommit({ batchMax, waitingMax: 100, run });
        const items = Array.from({ length: count }, (_, at) => at);
        expect(await Promise.all(items.map((item) => commits.add(item)))).toEqual(items.map((item) => item * 2));
        expect(seen).toEqual(items);
      }),
      { numRuns: 100 },
    );
  });

  it('refuses exactly the items at fault, for 10,000 batches with one to five of them', async () => {
    const scripts = fc
      .record({ count: fc.integer({ min: 2, max: 500 }), faults: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }) })
      .map(({ count, faults }) => ({ count, faulty: new Set(faults.map((fault) => fault % count)) }));
    await fc.assert(
      fc.asyncProperty(scripts, async ({ count, faulty }) => {
        const done: number[] = [];
        let runs = 0;
        const run = async (items: readonly number[]): Promise<readonly number[]> => {
          runs += 1;
          await Promise.resolve();
          if (items.some((item) => faulty.has(item))) throw new TypeError('a fault of the content');
          done.push(...items);
          return items;
        };
        const commits = new GroupCommit({ batchMax: 500, waitingMax: 500, run });
        const items = Array.from({ length: count }, (_, at) => at);
        const answers = await Promise.allSettled(items.map((item) => commits.add(item)));
        const refused = answers.flatMap((answer, at) => (answer.status === 'rejected' ? [at] : []));
        expect(new Set(refused)).toEqual(faulty);
        // Each other item ran to its end once, and in order.
        expect(done.join()).toBe(items.filter((item) => !faulty.has(item)).join());
        expect(runs).toBeLessThanOrEqual(1 + 2 * faulty.size * Math.ceil(Math.log2(count)));
      }),
      { numRuns: 10_000 },
    );
  }, 60_000);

  it('tells the one at fault that a repetition does not help, and keeps the cause for the log', async () => {
    const cause = new TypeError('a fault of the content');
    const commits = new GroupCommit({ batchMax: 2, waitingMax: 2, run: () => Promise.reject(cause) });
    await expect(commits.add(1)).rejects.toMatchObject({ code: 'not-processed', cause });
  });
});
