import { describe } from '@jest/globals';

import { survivesCrashes } from './conformance/crash.js';
import { survivesTheLog } from './conformance/log.js';
import { survivesRestores } from './conformance/restore.js';
import { kafkajs } from './support.js';

describe.each([kafkajs])('over $name', (transport) => {
  describe('crashes', () => survivesCrashes(transport));
  describe('restores', () => survivesRestores(transport));
  describe('the log', () => survivesTheLog(transport));
});
