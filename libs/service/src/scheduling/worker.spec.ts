import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLog } from '../log/log.js';
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
});
