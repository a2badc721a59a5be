import { describe, expect, it } from '@jest/globals';

import { catalogue } from '../catalogue.js';
import type { Contract } from '../core/contract.js';
import { topicConfigs } from './topics.js';

const config = {
  'cleanup.policy': 'delete',
  // Ten days, and segments of half a day.
  'retention.ms': '864000000',
  'segment.ms': '43200000',
  'message.timestamp.type': 'CreateTime',
  'max.message.bytes': '1048588',
  'compression.type': 'uncompressed',
  'message.timestamp.after.max.ms': '3600000',
};

describe('the topics of the contracts', () => {
  it('are one for each contract, each with these settings and no others', () => {
    const topics = catalogue.map((contract: Contract) => contract.topic);
    expect(topicConfigs({ partitions: 3 })).toEqual(topics.map((topic) => ({ topic, partitions: 3, config })));
    expect(new Set(topics).size).toBe(topics.length);
  });

  it('take days ahead of the clock only where a test moves the clocks', () => {
    for (const { config: moved } of topicConfigs({ partitions: 1, timestampAfterMaxMs: 5 }))
      expect(moved).toEqual({ ...config, 'message.timestamp.after.max.ms': '5' });
  });
});
