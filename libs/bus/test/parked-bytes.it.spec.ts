import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { encodePayload, grantCancelled } from '#libs/contracts';
import { inTransaction } from '#libs/database';

import { largestEnvelopeBytes } from '../src/index.js';
import { inboxBody, retriedMessage } from '../src/inbox/inbox-body.js';
import { Inbox } from '../src/testing.js';
import { writeLog } from './log.js';
import { eventually, id, Keys, paymentsHandlers, today, World, type TestedDatabase } from './support.js';

const TOPIC = 'eligibility.grant-cancelled.v1';
const target = { contract: 'eligibility.grant-cancelled', version: 1, consumer: 'payments', day: today() };

let keys: Keys;
let world: World;
let database: TestedDatabase;
beforeAll(async () => {
  keys = await Keys.create();
  world = await World.create(keys);
  database = await world.database();
});
afterAll(async () => {
  await world.close();
  await keys.remove();
});

/** Records that come from a broker as they should not. */
function badRecords(): readonly Buffer[] {
  const payload = { grant: id('somebody'), version: 1, reason: 'withdrawn' } as const;
  const genuine = (): Buffer =>
    Buffer.from(keys.senderKeys('eligibility').seal(target, encodePayload(grantCancelled, payload)));
  const flipped = [0, 3, 60, 200, -1].map((at) => {
    const envelope = genuine();
    const place = at < 0 ? envelope.length + at : at;
    envelope[place] = (envelope[place] ?? 0) ^ 1;
    return envelope;
  });
  const whole = genuine();
  const texts = ['x', '{"grant":"Maria Garcia"}', '\0\0\0', 'é'.repeat(40)].map((text) => Buffer.from(text));
  const random = [1, 2, 3, 17, 100, whole.length].map((length) => randomBytes(length));
  const foreign = Buffer.from(keys.senderKeys('intake').seal({ ...target, day: today() }, randomBytes(64)));
  return [
    ...flipped,
    whole.subarray(0, -1),
    whole.subarray(1),
    Buffer.concat([whole, whole]),
    foreign,
    ...texts,
    ...random,
  ];
}

it('a parked record is the record that came, byte for byte, and nothing of its neighbours', async () => {
  const records = badRecords().filter(({ length }) => length <= largestEnvelopeBytes('payments'));
  expect(records.length).toBeGreaterThan(14);
  await writeLog(
    world,
    TOPIC,
    records.map((value) => ({ value, day: today() })),
  );
  const { bus } = world.bus('payments', database);
  await bus.start();
  // One batch holds them all in one piece of memory, and each is too few to stop the consumer.
  bus.consume(paymentsHandlers());
  const inbox = new Inbox(database.records(keys.ring('payments')), largestEnvelopeBytes('payments'));
  const parked = () => inTransaction(database.pool, async (tx) => (await inbox.parked.page(tx, 500)).rows);
  const rows = await eventually(parked, (all) => all.length >= records.length);
  const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const came = records.map(hexOf).toSorted();
  expect(rows.map(({ body }) => hexOf(Buffer.from(body.record, 'base64'))).toSorted()).toEqual(came);
  // What is retried is the same again.
  const taken = await inTransaction(database.pool, (tx) => inbox.parked.unpark(tx, rows));
  expect(taken.map(({ envelope }) => hexOf(envelope)).toSorted()).toEqual(came);
  expect(new Set(taken.map(({ contractName, day }) => `${contractName} ${day}`))).toEqual(
    new Set([`${target.contract} ${today()}`]),
  );
  await bus.stop();
});

it('a message keeps its bytes on the way into its record and out of it, whatever they are', () => {
  const memory = randomBytes(4_096);
  for (let length = 0; length <= 300; length += 1) {
    // A part of a larger piece of memory, as a fetch gives it.
    const envelope = new Uint8Array(memory.buffer, memory.byteOffset + length, length);
    const body = inboxBody({ contractName: 'c', day: today(), envelope }, 300, { code: 'malformed' });
    expect(Object.keys(body).toSorted()).toEqual(['code', 'contract', 'day', 'record']);
    const again = retriedMessage({ value: new Uint8Array(), body });
    expect(Buffer.compare(Buffer.from(again.envelope), Buffer.from(envelope))).toBe(0);
  }
  const tooLong = inboxBody({ contractName: 'c', day: today(), envelope: memory }, 300);
  expect(tooLong.record).toBe('');
});
