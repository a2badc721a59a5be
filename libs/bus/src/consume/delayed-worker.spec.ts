import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type pg from 'pg';

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
});
