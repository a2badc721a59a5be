import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { DAY_MS } from '#libs/contracts';
import { clockFrom, systemClock, type Clock } from './clock.js';
import { ClockConfig } from '../config/clock.config.js';
import { ConfigError } from '../config/config-error.js';
import { readConfig } from '../config/setting.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clock-'));
  file = join(folder, 'offset');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const clockOf = (env: Record<string, string>): Clock =>
  clockFrom(readConfig(ClockConfig, { NODE_ENV: 'test', ...env }));

function refused(env: Record<string, string>): string {
  try {
    clockOf(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.settings.join();
    throw error;
  }
  return 'nothing';
}

/** Days by which a clock differs from the machine's. */
const daysAhead = (now: Date): number => Math.round((now.getTime() - Date.now()) / DAY_MS);

describe('the clock', () => {
  it('is the machine’s unless a file is named', () => {
    expect([clockOf({}), clockFrom(readConfig(ClockConfig, {}))]).toEqual([systemClock, systemClock]);
  });

  it('can be moved in a test only, and not where nothing says what this is', () => {
    writeFileSync(file, '0');
    for (const NODE_ENV of ['production', 'development']) {
      expect(refused({ CLOCK_OFFSET_FILE: file, NODE_ENV })).toBe('CLOCK_OFFSET_FILE');
    }
    expect(() => readConfig(ClockConfig, { CLOCK_OFFSET_FILE: file })).toThrow(ConfigError);
    expect(refused({ CLOCK_OFFSET_FILE: file, NODE_ENV: 'test' })).toBe('nothing');
  });

  it.each(['', 'tomorrow', '1.5', '1e9', '12345678901234', '1 2 3', '1 x'])('is not moved by "%s"', (text) => {
    writeFileSync(file, text);
    expect(refused({ CLOCK_OFFSET_FILE: file })).toBe('CLOCK_OFFSET_FILE');
  });

  it('is not started without its file', () => {
    expect(refused({ CLOCK_OFFSET_FILE: file })).toBe('CLOCK_OFFSET_FILE');
  });

  it('moves with its file while it runs, and stays where it is when the file is gone', async () => {
    writeFileSync(file, String(-DAY_MS));
    const clock = clockOf({ CLOCK_OFFSET_FILE: file });
    expect(daysAhead(clock.now())).toBe(-1);
    writeFileSync(file, `${9 * DAY_MS}\n`);
    await until(() => daysAhead(clock.now()) === 9);
    rmSync(file);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(daysAhead(clock.now())).toBe(9);
  });

  it('moves the clock of the database with its own, or by a second number', () => {
    const moved = (text: string): readonly number[] => {
      writeFileSync(file, text);
      const clock = clockOf({ CLOCK_OFFSET_FILE: file });
      return [daysAhead(clock.now()), (clock.databaseMovedMs?.() ?? 0) / DAY_MS];
    };
    expect([moved(`${2 * DAY_MS}`), moved(`${2 * DAY_MS} 0\n`), moved(`0 ${-9 * DAY_MS}`)]).toEqual([
      [2, 2],
      [2, 0],
      [0, -9],
    ]);
  });

  it('tells that it has leapt, once for each leap', async () => {
    writeFileSync(file, '0');
    const clock = clockOf({ CLOCK_OFFSET_FILE: file });
    const days: number[] = [];
    clock.onLeap?.(() => days.push(daysAhead(clock.now())));
    writeFileSync(file, String(2 * DAY_MS));
    await until(() => days.length === 1);
    writeFileSync(file, String(3 * DAY_MS));
    await until(() => days.length === 2);
    expect(days).toEqual([2, 3]);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!isSo() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(isSo()).toBe(true);
}
