import { describe } from '@jest/globals';

import { delivers } from './conformance/delivery.js';
import { survivesPoison } from './conformance/poison.js';
import { kafkajs } from './support.js';

// What is conformed to stands in ./conformance; the faults have a run of their own, beside this one.
describe.each([kafkajs])('over $name', (transport) => {
  delivers(transport);
  describe('poison', () => survivesPoison(transport));
});
