import { describe, expect, it } from '@jest/globals';
import { grantAwarded, type Contract } from '#libs/contracts';
import fc from 'fast-check';
import type pg from 'pg';
import { contentFault, faultyBatches, type FaultyBatch } from '../../../../test/support/faulty-batches.js';
import { memoryPool } from '../../../../test/support/memory-pool.js';
import { CircuitBreaker } from '../trouble/circuit-breaker.js';
import type { Opened } from './opening.js';
import { Processor, type ProcessorOptions } from './processor.js';

const DAY = '2026-11-25';

function opened(item: number): Opened {
  const contract: Contract = grantAwarded;
  return {
    kind: 'delivery',
    incoming: { contract, contractName: contract.name, day: DAY, envelope: Buffer.from(String(item)) },
    delivery: { contract, payload: { item }, day: DAY },
    seen: { contractName: contract.name, key: String(item), day: DAY, digest: new Uint8Array() },
  };
}

/** A processor without a database, whose handler throws at the messages at fault. */
function processorOf({ faulty }: FaultyBatch) {
  const pool = memoryPool<string>();
  const inbox = {
    handled: {
      firstSeen: (_: unknown, seen: readonly object[]) => Promise.resolve(seen.map(() => 'new')),
      forget: () => Promise.resolve(),
    },
    parked: {
      park: (_: unknown, messages: readonly { envelope: Uint8Array; code: string }[]) => {
        pool.add(...messages.map(({ envelope, code }) => `${code} ${Buffer.from(envelope).toString()}`));
        return Promise.resolve();
      },
    },
  };
  const handle = async (deliveries: readonly { payload: object }[]) => {
    const items = deliveries.map(({ payload }) => (payload as { item: number }).item);
    pool.add(...items.map((item) => `done ${item}`));
    await Promise.resolve();
    if (items.some((item) => faulty.has(item))) throw contentFault;
    return items.map(() => ({ status: 'done' as const }));
  };
  const options = {
    pool: pool as unknown as pg.Pool,
    inbox,
    outbox: { open: () => ({ unitOf: (tx: unknown) => ({ tx }), write: () => Promise.resolve(0) }) },
    handlers: new Map([[grantAwarded.name, { contract: grantAwarded, handle }]]),
    breaker: CircuitBreaker.never(),
    alarm: () => undefined,
    failed: () => undefined,
    committed: () => undefined,
    failpoint: () => Promise.resolve(true),
  } as unknown as ProcessorOptions<'payments'>;
  return { pool, processor: new Processor(options) };
}

describe('the processor', () => {
  it('parks exactly the messages at fault, for 10,000 batches with one to five of them', async () => {
    const control = { aborted: () => false, rest: () => Promise.resolve() };
    await fc.assert(
      fc.asyncProperty(faultyBatches(120), async (batch) => {
        const { pool, processor } = processorOf(batch);
        expect((await processor.settle(batch.items.map(opened), control)).end).toBe('committed');
        const done = pool.committed.filter((each) => each.startsWith('done'));
        const parked = pool.committed.filter((each) => !each.startsWith('done'));
        expect(done.join()).toBe(batch.good.map((item) => `done ${item}`).join());
        expect(new Set(parked)).toEqual(new Set([...batch.faulty].map((item) => `handler-failed ${item}`)));
        expect(parked).toHaveLength(batch.faulty.size);
      }),
      { numRuns: 10_000 },
    );
  }, 120_000);
});
