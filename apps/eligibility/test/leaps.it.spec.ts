import { expect } from '@jest/globals';
import { dayOf } from '#libs/contracts';
import { cycleOf } from '#libs/policy';
import { survivesLeaps } from '../../../test/support/leaps.js';
import { CycleKeysWorker } from '../src/cycle-keys.worker.js';
import { eligibility, EligibilityModule } from '../src/eligibility.module.js';

survivesLeaps({
  definition: eligibility,
  module: EligibilityModule,
  rounds: async (service) => {
    await service.get(CycleKeysWorker).destroyOldKeys();
    // The tokens of this cycle are compared until the next one has ended.
    const cycle = cycleOf(service.profile, dayOf(new Date()));
    expect(service.keyring.secretExists(`tokens-${cycle}`)).toBe(true);
  },
});
