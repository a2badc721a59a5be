import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { grantAwarded } from '#libs/contracts';
import type pg from 'pg';

import { memoryPool } from '../../../../test/support/memory-pool.js';
import { DelayedWorker, type DelayedWorkerOptions } from './delayed-worker.js';

const POLL_MS = 30_000;

describe('the worker of delayed messages', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('asks a database that is away no more often than one that has nothing for it', async () => {
    const connect = jest.fn(() => Promise.reject(new Error('away')));
    const options: Partial<DelayedWorkerOptions> = {
      pool: { connect, on: () => undefined } as unknown as pg.Pool,
      isPaused: () => false,
      pollMs: POLL_MS,
    };
    const worker = new DelayedWorker(options as DelayedWorkerOptions);
    worker.start();
    await jest.advanceTimersByTimeAsync(POLL_MS - 1);
    expect(connect).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(connect).toHaveBeenCalledTimes(2);
    await worker.stop();
  });

  it('parks a message of a contract that this release does not know, and handles the others', async () => {
    const due = [grantAwarded.name, 'payments.forgotten', grantAwarded.name].map((contractName, at) => {
      return { contractName, day: '2026-11-25', envelope: Buffer.from([at]), id: Buffer.from([at]), starts: 0 };
    });
    const park = jest.fn<(tx: unknown, messages: unknown) => Promise<void>>(() => Promise.resolve());
    const handled: number[] = [];
    const worker = new DelayedWorker({
      pool: memoryPool() as unknown as pg.Pool,
      inbox: {
        delayed: {
          claimDue: () => Promise.resolve(due.splice(0)),
          begin: () => Promise.resolve(),
          claim: (_: unknown, ids: readonly unknown[]) => Promise.resolve(ids.map(() => true)),
        },
        parked: { park },
      },
      clock: () => new Date(),
      process: (messages: readonly { readonly envelope: Uint8Array }[]) => {
        handled.push(...messages.map(({ envelope }) => envelope[0] ?? -1));
        return Promise.resolve({ end: 'committed', applied: new Map() });
      },
      isPaused: () => false,
      pollMs: POLL_MS,
      batchMax: 100,
    } as unknown as DelayedWorkerOptions);
    worker.start();
    await jest.advanceTimersByTimeAsync(1);
    expect(handled).toEqual([0, 2]);
    const forgotten = expect.objectContaining({ contractName: 'payments.forgotten', code: 'unhandled-contract' });
    expect(park).toHaveBeenCalledWith(expect.anything(), [forgotten]);
    await worker.stop();
  });
});
