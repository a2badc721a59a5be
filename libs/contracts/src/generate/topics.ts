import { catalogue } from '../catalogue.js';
import { clocks } from '../core/clocks.js';
import { HOUR_MS } from '../core/day.js';
import type { Contract } from '../core/contract.js';

export interface TopicConfig {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface TopicOptions {
  readonly partitions: number;
  /** How far ahead of the broker's clock a record's day may begin. Larger only if a test moves the services' clocks. */
  readonly timestampAfterMaxMs?: number;
}

const BATCH_BYTES = 1_048_588;
/** A record of the next day comes ten minutes before midnight at the earliest, and a broker's clock may lag. */
const AHEAD_MAX_MS = HOUR_MS;

/**
 * One topic per contract. A record's timestamp is its day's midnight, set by the producer, so retention runs from the
 * day. `cleanup.policy` is always `delete`: a compacted topic would keep the last message of every household for ever.
 */
export function topicConfigs(options: TopicOptions): readonly TopicConfig[] {
  return catalogue.map((contract: Contract) => ({
    topic: contract.topic,
    partitions: options.partitions,
    config: {
      'cleanup.policy': 'delete',
      'retention.ms': String(contract.clocks.topicRetentionDays * 24 * HOUR_MS),
      'segment.ms': String(clocks.topicSegmentHours * HOUR_MS),
      'message.timestamp.type': 'CreateTime',
      // Limits a whole batch of records. The producer refuses a single message that is too large for its contract.
      'max.message.bytes': String(BATCH_BYTES),
      // Sealed bytes do not compress, so no compression is attempted.
      'compression.type': 'uncompressed',
      'message.timestamp.after.max.ms': String(options.timestampAfterMaxMs ?? AHEAD_MAX_MS),
    },
  }));
}
