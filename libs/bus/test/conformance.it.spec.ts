import { describe } from '@jest/globals';

import { delivers } from './conformance/delivery.js';
import { survivesCrashes } from './conformance/crash.js';
import { survivesTheLog } from './conformance/log.js';
import { survivesPoison } from './conformance/poison.js';
import { kafkajs } from './support.js';

describe.each([kafkajs])('over $name', (transport) => {
  delivers(transport);
  describe('crashes', () => survivesCrashes(transport));
  describe('poison', () => survivesPoison(transport));
  describe('the log', () => survivesTheLog(transport));
});
