import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { Loop, type Running } from './loop.js';

const POLL_MS = 60_000;

let failures: unknown[];
let loop: Loop;

beforeEach(() => {
  jest.useFakeTimers();
  failures = [];
});

afterEach(async () => {
  const stopped = loop.stop();
  await jest.advanceTimersByTimeAsync(POLL_MS);
  await stopped;
  jest.useRealTimers();
});

function started(work: (running: Running) => Promise<number>): Loop {
  loop = new Loop({ pollMs: POLL_MS, work, failed: (error) => failures.push(error) });
  loop.start();
  return loop;
}

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

describe('a loop', () => {
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
    loop.wake();
    await pass(100);
    expect([most, work.mock.calls.length]).toEqual([1, 2]);
  });

  it('does not lose a wake that comes while it works', async () => {
    let finish: (count: number) => void = () => undefined;
    const work = jest.fn(() => new Promise<number>((resolve) => (finish = resolve)));
    started(work);
    await pass(1);
    loop.wake();
    finish(0);
    await pass(1);
    expect(work).toHaveBeenCalledTimes(2);
    finish(0);
  });

  it('is woken from its rest', async () => {
    const work = jest.fn(() => Promise.resolve(0));
    started(work);
    await pass(1);
    loop.wake();
    await pass(1);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('goes on after a failure, a second later, and tells it', async () => {
    const [first, second] = [new TypeError('away'), 'no error'];
    const left: unknown[] = [first, second];
    const work = jest.fn(() => (left.length > 0 ? Promise.reject(left.shift() as Error) : Promise.resolve(0)));
    started(work);
    await pass(900);
    expect(work).toHaveBeenCalledTimes(1);
    await pass(200);
    expect(work).toHaveBeenCalledTimes(2);
    await pass(2_000);
    expect(work).toHaveBeenCalledTimes(3);
    expect(failures).toEqual([first, second]);
  });

  it('pauses for as long after a failure as it is told', async () => {
    const pauses = [200, 5_000];
    const work = jest.fn(() => Promise.reject(new Error('away')));
    loop = new Loop({ pollMs: POLL_MS, work, failurePauseMs: () => pauses.shift() ?? POLL_MS });
    loop.start();
    await pass(190);
    expect(work).toHaveBeenCalledTimes(1);
    await pass(20);
    expect(work).toHaveBeenCalledTimes(2);
    await pass(4_900);
    expect(work).toHaveBeenCalledTimes(2);
    await pass(200);
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('does not try again at once when it was woken during the failure: a dead partner is not hammered', async () => {
    const work = jest.fn(() => {
      loop.wake();
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
    const stopping = loop.stop().then(() => (isStopped = true));
    await pass(1);
    expect(isStopped).toBe(false);
    finish(5);
    await stopping;
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('lets its work rest, until it is woken or stopped', async () => {
    const rested: string[] = [];
    const work = jest.fn(async (running: Running) => {
      for (const name of ['first', 'second']) {
        await running.rest(POLL_MS);
        rested.push(`${name} ${running.isStopping}`);
      }
      return 0;
    });
    started(work);
    await pass(1);
    loop.wake();
    await pass(1);
    expect(rested).toEqual(['first false']);
    await loop.stop();
    expect(rested).toEqual(['first false', 'second true']);
  });

  it('can be started again after it was stopped', async () => {
    const work = jest.fn(() => Promise.resolve(0));
    started(work);
    await pass(1);
    await loop.stop();
    loop.start();
    await pass(1);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('stops out of its rest without waiting', async () => {
    const work = jest.fn(() => Promise.resolve(0));
    started(work);
    await pass(1);
    await loop.stop();
    expect(work).toHaveBeenCalledTimes(1);
  });
});
