import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startOfDay } from '#libs/contracts';
import type { Producer, ProducerBatch, RecordMetadata } from 'kafkajs';

import type { OutboxRow } from './relay-log.js';
import { sendRows } from './sender.js';

const nameOf = (topic: string): string => `own.${topic}`;

const anyRow: fc.Arbitrary<OutboxRow> = fc.record({
  epoch: fc.constant(1),
  xid: fc.constant('7'),
  seq: fc.nat(),
  day: fc.constantFrom('2026-03-09', '2026-03-10', '2026-03-11'),
  topic: fc.constantFrom('a', 'b', 'c'),
  envelope: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    // So large that few of them fit into one request.
    fc.integer({ min: 200_000, max: 400_000 }).map((length) => Buffer.alloc(length, length % 251)),
  ),
});

/** A producer that takes everything, or refuses what is marked as bad, as a broker does: the whole request. */
class RecordedProducer implements Pick<Producer, 'sendBatch'> {
  readonly batches: ProducerBatch[] = [];
  readonly taken: { readonly topic: string; readonly value: string }[] = [];

  constructor(private readonly isBad: (value: Buffer) => boolean = () => false) {}

  sendBatch(batch: ProducerBatch): Promise<RecordMetadata[]> {
    this.batches.push(batch);
    const all = (batch.topicMessages ?? []).flatMap(({ topic, messages }) =>
      messages.map(({ value }) => ({ topic, value: value as Buffer })),
    );
    if (all.some(({ value }) => this.isBad(value)))
      return Promise.reject(Object.assign(new Error('no'), { type: 'INVALID_RECORD' }));
    this.taken.push(...all.map(({ topic, value }) => ({ topic, value: value.toString('base64') })));
    const topics = [...new Set(all.map(({ topic }) => topic))];
    return Promise.resolve(topics.map((topicName) => ({ topicName, partition: 0, errorCode: 0, baseOffset: '5' })));
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const sentAs = ({ topic, envelope }: OutboxRow) => ({ topic: nameOf(topic), value: base64(envelope) });
const order = (one: object, other: object): number => JSON.stringify(one).localeCompare(JSON.stringify(other));

describe('what the relay sends', () => {
  it('asks every in-sync replica for each request, and says no more than the day and the envelope', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { maxLength: 12 }), async (rows) => {
        const producer = new RecordedProducer();
        const { marks, refused } = await sendRows(producer, rows, nameOf);
        for (const { topicMessages, ...request } of producer.batches) {
          expect(request).toEqual({ acks: -1, timeout: 8_000 });
          for (const topic of topicMessages ?? []) expect(Object.keys(topic).sort()).toEqual(['messages', 'topic']);
        }
        const said = producer.batches.flatMap(({ topicMessages }) =>
          (topicMessages ?? []).flatMap(({ topic, messages }) => messages.map((message) => ({ topic, ...message }))),
        );
        const due = rows.map((row) => ({
          topic: nameOf(row.topic),
          key: null,
          value: row.envelope,
          timestamp: String(startOfDay(row.day)),
        }));
        const plain = (message: { readonly value: unknown }) => ({
          ...message,
          value: base64(message.value as Buffer),
        });
        expect(said.map(plain).sort(order)).toEqual(due.map(plain).sort(order));
        expect(refused).toEqual([]);
        expect(new Set(marks.map(({ topic, day }) => `${topic} ${day}`))).toEqual(
          new Set(rows.map(({ topic, day }) => `${nameOf(topic)} ${day}`)),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('is each row once, apart from those that the broker refuses for themselves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { maxLength: 12 }), fc.nat(), async (rows, bad) => {
        const own = rows.map((row, at) => ({ ...row, envelope: Buffer.concat([Buffer.from([at]), row.envelope]) }));
        const isBad = (value: Buffer): boolean => ((bad >> (value[0] ?? 0)) & 1) === 1;
        const producer = new RecordedProducer(isBad);
        const { refused } = await sendRows(producer, own, nameOf);
        expect([...refused].sort(order)).toEqual(own.filter(({ envelope }) => isBad(envelope)).sort(order));
        const good = own.filter(({ envelope }) => !isBad(envelope));
        expect([...producer.taken].sort(order)).toEqual(good.map(sentAs).sort(order));
        expect(producer.batches.every(({ acks }) => acks === -1)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it.each(['NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'REQUEST_TIMED_OUT', 'NOT_LEADER_FOR_PARTITION'])(
    'is not sent while too few brokers hold it: %s is an error, and nothing is refused',
    async (type) => {
      const row: OutboxRow = { epoch: 1, xid: '7', seq: 1, day: '2026-03-09', topic: 'a', envelope: Buffer.from('x') };
      const error = Object.assign(new Error('no'), { type });
      const producer: Pick<Producer, 'sendBatch'> = { sendBatch: () => Promise.reject(error) };
      await expect(sendRows(producer, [row], nameOf)).rejects.toBe(error);
    },
  );
});
