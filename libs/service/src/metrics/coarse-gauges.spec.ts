import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';

import { HOUR_MS } from '#libs/contracts';
import { coarseGaugesOf, COUNT_STEP, rounded } from './coarse-gauges.js';

const began = new Date('2026-11-10T12:00:00Z').getTime();

function shown() {
  const state = { now: began, count: 0, reads: 0 };
  const registry = new Registry();
  const clock = { now: () => new Date(state.now) };
  const gauge = coarseGaugesOf({ registry, prefix: 'amparo', clock }, () => {
    state.reads += 1;
    return state.count;
  });
  gauge('done', 'what was done', (count) => (count < 0 ? undefined : count));
  const read = async (): Promise<string> =>
    (await registry.metrics()).split('\n').find((line) => line.startsWith('amparo_done ')) ?? '';
  return { state, read };
}

describe('a count that moves when a household applies', () => {
  it('stands for an hour, whatever happens', async () => {
    const { state, read } = shown();
    state.count = 1_000;
    const first = await read();
    for (let minute = 0; minute < 60; minute += 1) {
      state.now = began + minute * 60_000;
      state.count += 7;
      expect(await read()).toBe(first);
    }
    expect(state.reads).toBe(1);
    state.now = began + HOUR_MS;
    expect(Number((await read()).split(' ')[1])).toBeGreaterThan(1_000);
  });

  it('is shown in steps, so that few events show nothing for sure', async () => {
    const { state, read } = shown();
    state.count = 130;
    expect(['amparo_done 100', 'amparo_done 150']).toContain(await read());
  });

  it('shows no value while it cannot be read, and reads again in the same hour', async () => {
    const { state, read } = shown();
    state.count = 7 * COUNT_STEP;
    expect(await read()).toBe('amparo_done 350');
    state.now = began + HOUR_MS;
    state.count = -1;
    expect(await read()).toBe('');
    state.count = 5 * COUNT_STEP;
    expect(await read()).toBe('amparo_done 250');
  });

  it('is right on the average, and one event moves one draw of fifty', () => {
    const draws = Array.from({ length: COUNT_STEP }, (_, draw) => draw);
    for (const count of [0, 1, 49, 50, 51, 1_234]) {
      const all = draws.map((draw) => rounded(count, draw));
      expect(all.reduce((sum, each) => sum + each, 0) / COUNT_STEP).toBe(count);
      const moved = draws.filter((draw) => rounded(count + 1, draw) !== rounded(count, draw));
      expect(moved).toHaveLength(1);
    }
    expect(new Set(Array.from({ length: 200 }, () => rounded(25))).size).toBe(2);
  });
});
