import { base } from './jest.base.config.js';

export default {
  ...base,
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: [...base.testPathIgnorePatterns, '\\.(it|faults|containers)\\.spec\\.ts$'],
};
