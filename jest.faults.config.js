import { base } from './jest.base.config.js';

/** Faults that take minutes. Each file has a whole system of its own, so they run one after the other. */
export default {
  ...base,
  testMatch: ['**/test/faults/*.faults.spec.ts'],
  globalSetup: '<rootDir>/test/support/global-build.mjs',
  maxWorkers: 1,
  testTimeout: 300_000,
};
