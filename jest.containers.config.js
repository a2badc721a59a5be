import { base } from './jest.base.config.js';

/**
 * Tests on containers; `npm run test:containers` looks for an engine first. One file runs at a time, because each
 * starts a broker or a database.
 */
export default {
  ...base,
  testMatch: ['**/test/containers/*.containers.spec.ts'],
  globalSetup: '<rootDir>/test/support/global-build.mjs',
  maxWorkers: 1,
  testTimeout: 240_000,
};
