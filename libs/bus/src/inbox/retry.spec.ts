import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';
import { contentFault, faultyBatches, type FaultyBatch } from '../../../../test/support/faulty-batches.js';
import { memoryPool } from '../../../../test/support/memory-pool.js';
import type { Inbox } from './inbox.js';
import { retryParked, type RetryOptions } from './retry.js';

const NOW = new Date('2026-11-25T12:30:00Z');

interface Row {
  readonly value: Uint8Array;
  readonly body: { readonly record: string; readonly at: number };
}

/** An inbox in memory. Taking out a message at fault throws. */
function inboxOf({ items, faulty }: FaultyBatch, pool: ReturnType<typeof memoryPool<number>>): Inbox {
  const rows = items.map((at): Row => ({ value: Buffer.from([at >> 8, at]), body: { record: 'x', at } }));
  return {
    parked: {
      page: (_tx: unknown, limit: number, after = { lookup: 0 }) => {
        const from = after.lookup;
        const end = from + limit < rows.length ? { night: 0, lookup: from + limit } : undefined;
        return Promise.resolve({ rows: rows.slice(from, from + limit), end });
      },
      unpark: async (_tx: unknown, taken: readonly Row[]) => {
        await Promise.resolve();
        if (taken.some(({ body }) => faulty.has(body.at))) throw contentFault;
        return taken.map(({ body }) => ({ at: body.at }));
      },
    },
    delayed: {
      keep: (_tx: unknown, messages: readonly { readonly at: number }[]) => {
        pool.add(...messages.map(({ at }) => at));
        return Promise.resolve();
      },
    },
  } as unknown as Inbox;
}

function optionsOf(batch: FaultyBatch, pool: ReturnType<typeof memoryPool<number>>): RetryOptions {
  return {
    pool: pool as unknown as pg.Pool,
    inbox: inboxOf(batch, pool),
    service: 'payments',
    clock: () => NOW,
    sendAgain: () => Promise.resolve(),
  };
}

describe('the retry of parked messages', () => {
  it('takes out all others, for 10,000 batches with one to five messages that cannot be taken out', async () => {
    await fc.assert(
      fc.asyncProperty(faultyBatches(200), async (batch) => {
        const pool = memoryPool<number>();
        const taken = await retryParked(optionsOf(batch, pool));
        expect(taken).toBe(batch.good.length);
        expect(pool.committed.join()).toBe(batch.good.join());
      }),
      { numRuns: 10_000 },
    );
  }, 120_000);

  it('looks at every page, also behind one that is full of messages at fault', async () => {
    const items = Array.from({ length: 1_200 }, (_, at) => at);
    const batch = { items, faulty: new Set(items.slice(0, 600)), good: items.slice(600) };
    const pool = memoryPool<number>();
    expect(await retryParked(optionsOf(batch, pool))).toBe(600);
  });
});
