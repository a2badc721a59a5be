import { describe } from '@jest/globals';

import { survivesCrashes } from './conformance/crash.js';
import { survivesTheLog } from './conformance/log.js';
import { kafkajs } from './support.js';

describe.each([kafkajs])('over $name', (transport) => {
  describe('crashes', () => survivesCrashes(transport));
  describe('the log', () => survivesTheLog(transport));
});
