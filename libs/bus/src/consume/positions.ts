import type { Admin } from 'kafkajs';
import type pg from 'pg';

import { logRanges, type LogRange } from '../kafka/kafka-client.js';
import type { Alarm } from '../trouble/alarm.js';

export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** Where a consumer stands in one partition; absent where nothing is known. */
export interface PartitionOffsets {
  /** In the group, on the broker. */
  readonly committed: bigint | undefined;
  /** In the database, in the same transaction as what was done. */
  readonly applied: bigint | undefined;
  readonly log: LogRange;
}

export interface Start {
  /** Where to go back to; absent: the group's own position is right. */
  readonly seek?: bigint;
  readonly alarm?: Alarm['code'];
}

/**
 * The lower of committed and applied: a database restored to an older state is filled again, and whatever comes twice
 * is known by its key. Where either is unknown, from the beginning of the log.
 */
export function startAt({ committed, applied, log }: PartitionOffsets): Start {
  const isReset = (committed ?? 0n) > log.high || (applied ?? 0n) > log.high;
  if (isReset) return { alarm: 'log-reset', seek: log.low };
  const lower = applied === undefined || (committed !== undefined && committed < applied) ? committed : applied;
  const alarm = lower !== undefined && lower < log.low ? ({ alarm: 'log-gap' } as const) : {};
  // Without a committed offset the client begins at the beginning by itself.
  if (committed === undefined) return alarm;
  const wanted = applied === undefined ? log.low : lower;
  if (wanted === undefined || wanted >= committed) return alarm;
  return { ...alarm, seek: wanted < log.low ? log.low : wanted };
}

/** Reads where this service stands in its partitions. @throws what client and database throw; the caller tries again */
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

/** Messages that wait in the log for this service: also those that a restored database has to be told again. */
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
