import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { operations, type Operation } from './operations.js';
import { City } from './simulation.js';

/** These sequences are longer than a household will see. The library prints the seed of a failure. */
const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 700);
const LENGTH = 160;

describe('any events in any order', () => {
  it('reserve no cent twice, pay nothing twice, and keep every sum right after each step', () => {
    let steps = 0;
    fc.assert(
      fc.property(fc.array(operations, { minLength: LENGTH, maxLength: LENGTH }), (script: readonly Operation[]) => {
        const city = new City();
        for (const operation of script) {
          city.step(operation);
          city.check();
          steps += 1;
        }
        city.settleAll();
        city.check();
        city.checkQuiet();
      }),
      { numRuns: RUNS },
    );
    expect(steps).toBeGreaterThanOrEqual(100_000);
  });
});
