import { describe } from '@jest/globals';

import { delivers } from './conformance/delivery.js';
import { survivesPoison } from './conformance/poison.js';
import { kafkajs } from './support.js';

// The tests are in ./conformance. Those with faults run beside this file, in one of their own.
describe.each([kafkajs])('over $name', (transport) => {
  delivers(transport);
  describe('poison', () => survivesPoison(transport));
});
