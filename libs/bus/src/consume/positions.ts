import type { Admin } from 'kafkajs';
import type pg from 'pg';

import { logRanges, type LogRange } from '../kafka/kafka-client.js';
import type { Alarm } from '../trouble/alarm.js';

export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** The offsets of a consumer in one partition; undefined if unknown. */
export interface PartitionOffsets {
  /** The offset of the group on the broker. */
  readonly committed: bigint | undefined;
  /** The offset in the database. It commits with the state. */
  readonly applied: bigint | undefined;
  readonly log: LogRange;
}

export interface Start {
  /** The offset to go back to; absent if the offset of the group is right. */
  readonly seek?: bigint;
  readonly alarm?: Alarm['code'];
}

/**
 * Starts at the lower of committed and applied, so that a database restored to an older state is filled again. Messages
 * that come twice are recognized by their key. If either offset is unknown, it starts at the beginning of the log.
 */
export function startAt({ committed, applied, log }: PartitionOffsets): Start {
  const isReset = (committed ?? 0n) > log.high || (applied ?? 0n) > log.high;
  if (isReset) return { alarm: 'log-reset', seek: log.low };
  const lower = applied === undefined || (committed !== undefined && committed < applied) ? committed : applied;
  const alarm = lower !== undefined && lower < log.low ? ({ alarm: 'log-gap' } as const) : {};
  // Without a committed offset the client starts at the beginning by itself.
  if (committed === undefined) return alarm;
  const wanted = applied === undefined ? log.low : lower;
  if (wanted === undefined || wanted >= committed) return alarm;
  return { ...alarm, seek: wanted < log.low ? log.low : wanted };
}

/**
 * Reads the offsets of this service in its partitions. @throws what client and database throw; the caller tries again
 */
export async function readOffsets(
  { pool, admin, group }: { readonly pool: pg.Pool; readonly admin: Admin; readonly group: string },
  topics: readonly string[],
): Promise<ReadonlyMap<string, PartitionOffsets>> {
  const committed = await admin.fetchOffsets({ groupId: group, topics: [...topics] });
  const { rows } = await pool.query<{ topic: string; partition: number; next: string }>(
    `SELECT topic, partition, next_offset::text AS next FROM applied_offset WHERE topic = ANY($1::text[])`,
    [topics],
  );
  const applied = new Map(rows.map((row) => [partitionKey(row), BigInt(row.next)]));
  const all = new Map<string, PartitionOffsets>();
  for (const topic of topics) {
    const ofGroup = committed.find((each) => each.topic === topic)?.partitions ?? [];
    for (const [partition, log] of await logRanges(admin, topic)) {
      const offset = ofGroup.find((each) => each.partition === partition)?.offset ?? '-1';
      const key = partitionKey({ topic, partition });
      all.set(key, { committed: offset === '-1' ? undefined : BigInt(offset), applied: applied.get(key), log });
    }
  }
  return all;
}

export function partitionKey({ topic, partition }: PartitionName): string {
  return `${topic} ${partition}`;
}

/** Number of messages that wait in the log for this service, including those that a restored database needs again. */
export function lagOf(all: ReadonlyMap<string, PartitionOffsets>): number {
  let lag = 0n;
  for (const { committed, applied, log } of all.values()) {
    const known =
      committed === undefined || applied === undefined ? log.low : committed < applied ? committed : applied;
    const next = known < log.low ? log.low : known;
    if (log.high > next) lag += log.high - next;
  }
  return Number(lag);
}
