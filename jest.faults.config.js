import { base } from './jest.base.config.js';

/** Fault tests that take minutes. They run one after the other, because each file starts a whole system. */
export default {
  ...base,
  testMatch: ['**/test/faults/*.faults.spec.ts'],
  globalSetup: '<rootDir>/test/support/global-build.mjs',
  maxWorkers: 1,
  testTimeout: 300_000,
};
