import type { Admin } from 'kafkajs';

import { BusError } from '../trouble/errors.js';
import { untilTrue } from './until.js';

const COPIED_WITHIN_MS = 120_000;
const LOOK_AGAIN_MS = 250;

export interface CopiesOfTopic {
  readonly topic: string;
  /** The fewest brokers that are meant to hold one of its partitions. */
  readonly copies: number;
  /** The fewest brokers that hold one of its partitions at present and are up to date. */
  readonly inSync: number;
}

/**
 * How many brokers must hold a record before the relay counts it as sent: the majority. The loss of the others then
 * loses nothing, and with three copies one broker can be away.
 */
export function acknowledgementsFor(copies: number): number {
  return Math.floor(copies / 2) + 1;
}

/** A service may ask this about its own topics. */
export async function copiesOf(admin: Admin, topics: readonly string[]): Promise<CopiesOfTopic[]> {
  if (topics.length === 0) return [];
  const { topics: described } = await admin.fetchTopicMetadata({ topics: [...topics] });
  return described.map(({ name, partitions }) => ({
    topic: name,
    copies: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    inSync: Math.min(...partitions.map(({ isr }) => isr.length)),
  }));
}

/**
 * Gives each partition more copies, on the brokers that follow those that have one, and waits until these are up to
 * date. It never takes a copy away.
 * @returns the topics that got copies
 * @throws BusError `too-few-brokers`; `copying` if it takes longer than two minutes: it goes on by itself
 */
export async function addCopies(admin: Admin, topics: readonly string[], copies: number): Promise<string[]> {
  if (topics.length === 0) return [];
  const { brokers } = await admin.describeCluster();
  if (brokers.length < copies) throw new BusError('too-few-brokers');
  const ids = brokers.map(({ nodeId }) => nodeId).sort((one, other) => one - other);
  const { topics: described } = await admin.fetchTopicMetadata({ topics: [...topics] });
  const few = described.filter(({ partitions }) => partitions.some(({ replicas }) => replicas.length < copies));
  if (few.length === 0) return [];
  await admin.alterPartitionReassignments({
    topics: few.map(({ name, partitions }) => ({
      topic: name,
      partitionAssignment: partitions.map(({ partitionId, replicas }) => ({
        partition: partitionId,
        replicas: withMore(replicas, ids, copies),
      })),
    })),
  });
  const names = few.map(({ name }) => name);
  await untilCopied(admin, names, copies);
  return names;
}

/** The present holders, then the brokers that follow the first of them in the order of their ids. */
export function withMore(replicas: readonly number[], ids: readonly number[], copies: number): number[] {
  const from = ids.indexOf(replicas[0] ?? 0);
  const others = [...ids.slice(from + 1), ...ids.slice(0, from + 1)].filter((id) => !replicas.includes(id));
  return [...replicas, ...others].slice(0, Math.max(copies, replicas.length));
}

async function untilCopied(admin: Admin, topics: readonly string[], copies: number): Promise<void> {
  const isCopied = async (): Promise<boolean> => {
    const held = await copiesOf(admin, topics);
    return held.length === topics.length && held.every(({ inSync }) => inSync >= copies);
  };
  await untilTrue(isCopied, { withinMs: COPIED_WITHIN_MS, everyMs: LOOK_AGAIN_MS, code: 'copying' });
}
