import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLog } from './log.js';
import { Worker } from './worker.js';

const POLL_MS = 60_000;

let lines: string[];
let worker: Worker;

beforeEach(() => {
  jest.useFakeTimers();
  lines = [];
});

afterEach(async () => {
  const stopped = worker.stop();
  await jest.advanceTimersByTimeAsync(POLL_MS);
  await stopped;
  jest.useRealTimers();
});

function started(work: () => Promise<number>): Worker {
  const log = createLog('payments', { write: (line) => void lines.push(line) });
  worker = new Worker({ name: 'rail', log, pollMs: POLL_MS, work });
  worker.start();
  return worker;
}

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

describe('a worker', () => {
  it('goes on at once while there is work, then rests', async () => {
    const left = [3, 2, 0];
    const work = jest.fn(() => Promise.resolve(left.shift() ?? 0));
    started(work);
    await pass(1);
    expect(work).toHaveBeenCalledTimes(3);
    await pass(POLL_MS - 10);
    expect(work).toHaveBeenCalledTimes(3);
    await pass(20);
    expect(work).toHaveBeenCalledTimes(4);
  });

  it('does one piece at a time, also when it is started twice', async () => {
    let atOnce = 0;
    let most = 0;
    const work = jest.fn(async () => {
      most = Math.max(most, (atOnce += 1));
      await new Promise((resolve) => setTimeout(resolve, 10));
      atOnce -= 1;
      return 0;
    });
    started(work).start();
    worker.wake();
    await pass(100);
    expect([most, work.mock.calls.length]).toEqual([1, 2]);
  });

  it('does not lose a wake that comes while it works', async () => {
    let finish: (count: number) => void = () => undefined;
    const work = jest.fn(() => new Promise<number>((resolve) => (finish = resolve)));
    started(work);
    await pass(1);
    worker.wake();
    finish(0);
    await pass(1);
    expect(work).toHaveBeenCalledTimes(2);
    finish(0);
  });

  it('is woken from its rest', async () => {
    const work = jest.fn(() => Promise.resolve(0));
    started(work);
    await pass(1);
    worker.wake();
    await pass(1);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('goes on after a failure, a second later, and says no more than its class and code', async () => {
    const failures = [Object.assign(new TypeError('Zoraida Canario'), { code: 'some-code' }), 'Zoraida', undefined];
    const work = jest.fn(() => (failures.length > 0 ? Promise.reject(failures.shift() as Error) : Promise.resolve(0)));
    started(work);
    await pass(900);
    expect(work).toHaveBeenCalledTimes(1);
    await pass(200);
    expect(work).toHaveBeenCalledTimes(2);
    await pass(3_000);
    expect(work).toHaveBeenCalledTimes(4);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { msg: 'work-failed', work: 'rail', error: 'TypeError', code: 'some-code' },
      { msg: 'work-failed', work: 'rail', error: 'not-an-error' },
      { msg: 'work-failed', work: 'rail', error: 'not-an-error' },
    ]);
    expect(lines.join('')).not.toContain('Zoraida');
  });

  it('does not try again at once when it was woken during the failure: a dead partner is not hammered', async () => {
    const work = jest.fn(() => {
      worker.wake();
      return Promise.reject(new Error('away'));
    });
    started(work);
    await pass(2_500);
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('finishes its piece when it is told to stop, and begins no other', async () => {
    let finish: (count: number) => void = () => undefined;
    const work = jest.fn(() => new Promise<number>((resolve) => (finish = resolve)));
    started(work);
    await pass(1);
    let isStopped = false;
    const stopping = worker.stop().then(() => (isStopped = true));
    await pass(1);
    expect(isStopped).toBe(false);
    finish(5);
    await stopping;
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('stops out of its rest without waiting', async () => {
    const work = jest.fn(() => Promise.resolve(0));
    started(work);
    await pass(1);
    await worker.stop();
    expect(work).toHaveBeenCalledTimes(1);
  });
});
