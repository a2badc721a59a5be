import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLog } from '../log/log.js';
import type { Worker } from './worker.js';
import { Workers } from './workers.js';

const ROUND_MS = 1_000;

let lines: string[];
let workers: Workers;
let rounds: number[];

beforeEach(() => {
  jest.useFakeTimers();
  [lines, rounds] = [[], []];
  workers = new Workers(createLog('payments', { write: (line) => void lines.push(line) }));
});

afterEach(() => {
  jest.useRealTimers();
});

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

/** A worker that always has something to do, and needs a second for it. */
function busy(index: number): Worker {
  const work = async (): Promise<number> => {
    rounds[index] = (rounds[index] ?? 0) + 1;
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
    return 1;
  };
  return workers.make({ name: 'rail', pollMs: 0, work });
}

describe('the workers of a service', () => {
  it('end together, each with its present round', async () => {
    // The worker that is told first ends its round last.
    for (const worker of [busy(0), busy(1), busy(2)].toReversed()) {
      worker.start();
      await pass(ROUND_MS / 4);
    }
    let hasStopped = false;
    const stopped = workers.beforeApplicationShutdown().then(() => (hasStopped = true));
    await pass(ROUND_MS / 2);
    expect(hasStopped).toBe(false);
    await pass(ROUND_MS / 4);
    expect(hasStopped).toBe(true);
    await stopped;
    await pass(10 * ROUND_MS);
    expect(rounds).toEqual([1, 1, 1]);
  });

  it('can be told to end twice, and end once', async () => {
    busy(0).start();
    const stops = [workers.stop(), workers.stop()];
    await pass(ROUND_MS);
    await Promise.all(stops);
    expect(rounds).toEqual([1]);
  });

  it('end also where one of them fails to, of which the log says no more than class and code', async () => {
    busy(0).start();
    const broken = workers.make({ name: 'texts', pollMs: 0, work: () => Promise.resolve(0) });
    broken.stop = () => Promise.reject(Object.assign(new TypeError('Zoraida Canario'), { code: 'some-code' }));
    busy(1).start();
    const stopped = workers.stop();
    await pass(ROUND_MS);
    await stopped;
    await pass(10 * ROUND_MS);
    expect(rounds).toEqual([1, 1]);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { msg: 'work-failed', work: 'stop', error: 'TypeError', code: 'some-code' },
    ]);
    expect(lines.join('')).not.toContain('Zoraida');
  });

  it('fail and go on like any worker', async () => {
    const failures = [new TypeError('Zoraida')];
    const work = jest.fn(() => (failures.length > 0 ? Promise.reject(failures.shift() as Error) : Promise.resolve(0)));
    const worker = workers.make({ name: 'texts', pollMs: ROUND_MS, work });
    worker.start();
    await pass(ROUND_MS);
    expect(work).toHaveBeenCalledTimes(2);
    expect(lines).toHaveLength(1);
    const stopped = workers.stop();
    await pass(ROUND_MS);
    await stopped;
  });
});
