import { describe, expect, it } from '@jest/globals';
import { DAY_MS, dayNumber } from '#libs/contracts';
import { CycleKeysWorker } from '../src/cycle-keys.worker.js';
import { EligibilityWorld } from './support.js';

describe('household tokens', () => {
  it('lose the key of their cycle when its window has ended', async () => {
    // The cycle of 120 days ends with 2 March. Its tokens are compared for 120 more days.
    const ending = await EligibilityWorld.open({ start: new Date('2026-11-18T09:00:00Z') });
    try {
      const { keyring, profile } = ending.service;
      const cycle = Math.floor(dayNumber('2026-11-18') / profile.cycle.days);
      const lastDay = cycle * profile.cycle.days + profile.cycle.keyLifetimeDays - 1;
      const tokens = ending.service.get(CycleKeysWorker);
      const pass = (days: number): void => ending.pass(days * DAY_MS);
      pass(lastDay - dayNumber('2026-11-18'));
      await tokens.destroyOldKeys();
      expect(keyring.secretExists(`tokens-${cycle}`)).toBe(true);
      pass(1);
      await tokens.destroyOldKeys();
      expect(keyring.secretExists(`tokens-${cycle}`)).toBe(false);
      expect(keyring.secretExists(`tokens-${cycle + 1}`)).toBe(true);
    } finally {
      await ending.close();
    }
  });
});
