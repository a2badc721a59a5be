import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AnchorFile } from './anchor-file.adapter.js';

const DAY_SECONDS = 86_400;
let folder: string;
let lock: string;
let anchor: AnchorFile;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anchor-'));
  lock = join(folder, 'payments.json.lock');
  anchor = new AnchorFile(join(folder, 'payments.json'));
  mkdirSync(lock);
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** @returns whether the lock of another process kept the work from running */
async function isKept(): Promise<boolean> {
  return (await anchor.locked(() => Promise.resolve(true))) === undefined;
}

describe('the lock of the anchor', () => {
  it.each([9, -9, 400])(
    'of a living process is kept, however old it looks to a clock that leapt by %d days',
    async (days) => {
      const madeSeconds = Date.now() / 1_000 - days * DAY_SECONDS;
      utimesSync(lock, madeSeconds, madeSeconds);
      expect([await isKept(), existsSync(lock)]).toEqual([true, true]);
    },
    20_000,
  );

  it.each([0, -9])(
    'of a dead process is freed after half a minute, though it was made %d days ago',
    async (days) => {
      const madeSeconds = Date.now() / 1_000 - days * DAY_SECONDS;
      utimesSync(lock, madeSeconds, madeSeconds);
      expect(await isKept()).toBe(true);
      const laterMs = performance.now() + 31_000;
      jest.spyOn(performance, 'now').mockReturnValue(laterMs);
      expect(await isKept()).toBe(false);
    },
    20_000,
  );
});
