import { startOfDay } from '#libs/contracts';
import type { Producer } from 'kafkajs';

import { kafkaErrorType } from '../kafka/kafka-client.js';
import type { OutboxRow, SentMark } from './relay-log.js';

/** The broker's errors for a fault of the envelope itself, not of the broker or the network. */
const REFUSALS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'CORRUPT_MESSAGE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
]);

/** Below the broker's default for one batch of records, even if all of them go to one partition. */
const BYTES_PER_SEND = 700_000;
const SEND_TIMEOUT_MS = 8_000;

export interface Sent {
  readonly marks: readonly SentMark[];
  readonly refused: readonly OutboxRow[];
}

/**
 * Sends rows and waits until every in-sync replica has them. It sends no key, no headers, and no time but the day.
 * @throws errors that are not the fault of a single envelope; the caller sends the same rows again
 */
export async function sendRows(
  producer: Pick<Producer, 'sendBatch'>,
  rows: readonly OutboxRow[],
  topicName: (topic: string) => string,
): Promise<Sent> {
  const marks: SentMark[] = [];
  const refused: OutboxRow[] = [];
  for (const portion of portionsOf(rows)) {
    try {
      marks.push(...(await sendPortion(producer, portion, topicName)));
    } catch (error) {
      if (!REFUSALS.has(kafkaErrorType(error) ?? '')) throw error;
      if (portion.length === 1) {
        refused.push(...portion);
        continue;
      }
      for (const part of partsOf(portion)) {
        const sent = await sendRows(producer, part, topicName);
        marks.push(...sent.marks);
        refused.push(...sent.refused);
      }
    }
  }
  return { marks, refused };
}

async function sendPortion(
  producer: Pick<Producer, 'sendBatch'>,
  rows: readonly OutboxRow[],
  topicName: (topic: string) => string,
): Promise<SentMark[]> {
  const byTopic = Map.groupBy(rows, ({ topic }) => topic);
  const original = new Map([...byTopic.keys()].map((topic) => [topicName(topic), topic]));
  const answers = await producer.sendBatch({
    acks: -1,
    timeout: SEND_TIMEOUT_MS,
    topicMessages: [...byTopic].map(([topic, ofTopic]) => ({
      topic: topicName(topic),
      messages: ofTopic.map(({ day, envelope }) => ({
        key: null,
        value: Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength),
        timestamp: String(startOfDay(day)),
      })),
    })),
  });
  return answers.flatMap(({ topicName: name, partition, baseOffset }) => {
    const ofTopic = byTopic.get(original.get(name) ?? '') ?? [];
    if (baseOffset === undefined || ofTopic.length === 0) return [];
    const firstOffset = BigInt(baseOffset);
    // The answer does not say how many went to which partition. One is certain, and the next send corrects it.
    return [...new Set(ofTopic.map(({ day }) => day))].map((day) => ({
      topic: name,
      partition,
      day,
      firstOffset,
      nextOffset: firstOffset + 1n,
    }));
  });
}

/** Splits by topic first, so that topics that were not refused are not sent a third time, and then in halves. */
function partsOf(rows: readonly OutboxRow[]): readonly (readonly OutboxRow[])[] {
  const byTopic = [...Map.groupBy(rows, ({ topic }) => topic).values()];
  if (byTopic.length > 1) return byTopic;
  const middle = Math.ceil(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)];
}

function* portionsOf(rows: readonly OutboxRow[]): Generator<readonly OutboxRow[]> {
  let portion: OutboxRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (portion.length > 0 && bytes + row.envelope.length > BYTES_PER_SEND) {
      yield portion;
      [portion, bytes] = [[], 0];
    }
    portion.push(row);
    bytes += row.envelope.length;
  }
  if (portion.length > 0) yield portion;
}
