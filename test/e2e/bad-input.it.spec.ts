import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs, { type Producer } from 'kafkajs';

import {
  addDays,
  catalogue,
  commandBytes,
  CONTRACTS_VERSION,
  dayOf,
  encodePayload,
  paymentsRequest,
  services,
  startOfDay,
  type Contract,
  type SubmitApplicationV1,
} from '#libs/contracts';
import { Door, newReceipt, prepareApplication, prepareRequest, signatureHeaders } from '#libs/household';
import { deriveHousehold, fromBase64url, sealTo, sliceBinding, toBase64url } from '#libs/sealing';

import { eventually, someAnswers, TestCity } from '../support/city.js';
import { command } from '../support/command.js';

const today = dayOf(new Date());
const canary = 'canary-4f1c77d2e9';

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start('demo');
});

afterAll(async () => {
  await city.stop();
});

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  readonly code: unknown;
}

async function post(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(`${city.stack.urls.intake}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await answer.text();
  let code: unknown;
  try {
    code = (JSON.parse(text) as { code?: unknown }).code;
  } catch {
    code = 'no JSON';
  }
  return { status: answer.status, type: answer.headers.get('content-type'), text, code };
}

function application(): Promise<SubmitApplicationV1> {
  return prepareApplication(newReceipt(), someAnswers(), city.setting);
}

describe('the door refuses, with a stable code and without an echo', () => {
  const broken: readonly [string, number, string, (body: SubmitApplicationV1) => unknown][] = [
    ['an unknown field', 400, 'unknown-field', (body) => ({ ...body, [canary]: canary })],
    [
      'a field that JavaScript knows',
      400,
      'unknown-field',
      (body) => JSON.parse(`{"__proto__":"${canary}",${JSON.stringify(body).slice(1)}`),
    ],
    ['a missing field', 400, 'invalid-body', (body) => ({ ...body, payout: undefined })],
    ['a wrong type', 400, 'invalid-body', (body) => ({ ...body, facts: [canary] })],
    ['a null', 400, 'invalid-body', (body) => ({ ...body, day: null })],
    ['a slice that is too short', 400, 'invalid-body', (body) => ({ ...body, facts: body.facts.slice(4) })],
    ['a slice that is too long', 400, 'invalid-body', (body) => ({ ...body, contact: `${body.contact}AAAA` })],
    ['other letters in a slice', 400, 'invalid-body', (body) => ({ ...body, payout: `+${body.payout.slice(1)}` })],
    ['a day that is none', 400, 'invalid-body', (body) => ({ ...body, day: '2026-02-30' })],
    ['a day that is over', 410, 'day-over', (body) => ({ ...body, day: addDays(today, -5) })],
    ['a day that is long over', 410, 'day-over', (body) => ({ ...body, day: addDays(today, -400) })],
    ['a day still to come', 400, 'day-to-come', (body) => ({ ...body, day: addDays(today, 2) })],
    ['contracts of another time', 400, 'unknown-contracts', (body) => ({ ...body, contracts: CONTRACTS_VERSION + 1 })],
    ['a list', 400, 'invalid-body', (body) => [body]],
    ['a text', 400, 'invalid-body', () => canary],
    ['nothing', 400, 'invalid-body', () => null],
  ];

  it.each(broken)('%s', async (_name, status, code, change) => {
    const answer = await post('/v1/applications', JSON.stringify(change(await application())));
    expect([answer.status, answer.code, answer.type]).toEqual([status, code, 'application/problem+json']);
    expect(answer.text).not.toContain(canary);
  });

  it.each<[string, string, number, string]>([
    ['half a JSON', `{"application":"${canary}`, 400, 'not-json'],
    ['no body', '', 400, 'not-json'],
    ['bytes that are no text', '\u0000\u0001', 400, 'not-json'],
    ['an endless body', `{"a":"${canary.repeat(4000)}"}`, 413, 'too-large'],
  ])('%s', async (_name, body, status, code) => {
    const answer = await post('/v1/applications', body);
    expect([answer.status, answer.code, answer.type]).toEqual([status, code, 'application/problem+json']);
    expect(answer.text).not.toContain(canary);
  });

  it('another kind of body, another path, another method', async () => {
    expect((await post('/v1/applications', canary, { 'content-type': 'text/plain' })).code).toBe('wrong-media-type');
    expect(await post(`/v1/${canary}`, '{}')).toMatchObject({ status: 404, code: 'not-found' });
    const answer = await fetch(`${city.stack.urls.intake}/v1/applications?${canary}`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain(canary);
  });

  it('a signature that is not of an enrolled device, is of another body, or is old', async () => {
    const body = JSON.stringify(await application());
    const path = '/v1/applications';
    const stranger = { keyId: 'kiosk-999', sign: () => Promise.resolve(new Uint8Array(64)) };
    const seconds = Math.floor(Date.now() / 1000);
    const good = await signatureHeaders({ method: 'POST', path, body }, city.device('kiosk-001'), seconds);
    const old = await signatureHeaders({ method: 'POST', path, body }, city.device('kiosk-001'), seconds - 3600);
    const forged = await signatureHeaders({ method: 'POST', path, body }, stranger, seconds);
    expect(await post(path, body, forged)).toMatchObject({ status: 401, code: 'unknown-device' });
    expect(await post(path, body, old)).toMatchObject({ status: 401, code: 'wrong-clock' });
    expect(await post(path, JSON.stringify(await application()), good)).toMatchObject({
      status: 401,
      code: 'not-signed',
    });
    expect((await post(path, body, good)).status).toBe(202);
  });

  it('a kiosk whose clock is an hour wrong learns the time from the refusal, and its application arrives', async () => {
    const device = city.device('kiosk-002');
    for (const offMs of [-3_600_000, 3_600_000]) {
      const now = (): Date => new Date(Date.now() + offMs);
      const door = new Door({ url: city.stack.urls.intake, device, now });
      expect(await door.submit(await application())).toMatchObject({ accepted: true });
      expect(Math.abs(door.now().getTime() - Date.now())).toBeLessThan(60_000);
    }
  });

  it('the same number with other content; the same content gets the same answer', async () => {
    const body = await application();
    const first = await post('/v1/applications', JSON.stringify(body));
    const again = await post('/v1/applications', JSON.stringify(body));
    expect(again).toEqual(first);
    expect(first.status).toBe(202);
    const other = await post('/v1/applications', JSON.stringify({ ...body, facts: (await application()).facts }));
    expect(other).toMatchObject({ status: 409, code: 'other-content' });
  });

  it('many at once, some of them twice: each is accepted once', async () => {
    const bodies = await Promise.all(Array.from({ length: 20 }, application));
    const answers = await Promise.all(
      [...bodies, ...bodies].map((body) => post('/v1/applications', JSON.stringify(body))),
    );
    expect(answers.every(({ status }) => status === 202)).toBe(true);
  });
});

describe('what nobody can open is parked, and nobody else waits', () => {
  it('slices sealed to a key that nobody has, and requests signed by another household', async () => {
    const before = await parkedNow();
    const real = await application();
    const garbage = (text: string): string => toBase64url(createBytes(fromBase64url(text).length));
    const unreadable = {
      ...real,
      facts: garbage(real.facts),
      payout: garbage(real.payout),
      contact: garbage(real.contact ?? ''),
    };
    expect((await post('/v1/applications', JSON.stringify(unreadable))).status).toBe(202);
    await city.phone.file({ contracts: CONTRACTS_VERSION, to: 'payments', day: today, sealed: await stolenRequest() });
    const now = await eventually('parked', parkedNow, (parked) => sum(parked) >= sum(before) + 4);
    expect(now).toEqual({
      intake: before.intake,
      eligibility: before.eligibility + 1,
      payments: before.payments + 2,
      notification: before.notification + 1,
    });
    await expectFlow();
  });

  it('garbage, forged and displaced records on every topic', async () => {
    const before = await parkedNow();
    const producer = await adminProducer();
    try {
      for (const contract of catalogue as readonly Contract[]) {
        const value = Buffer.from(createBytes(contract.sizeBytes));
        for (const envelope of [value, Buffer.from(canary), Buffer.alloc(0)]) {
          await producer.send({
            topic: contract.topic,
            messages: [{ key: null, value: envelope, timestamp: String(startOfDay(today)) }],
          });
        }
      }
    } finally {
      await producer.disconnect();
    }
    const expected = sum(before) + catalogue.length * 3;
    const now = await eventually('parked', parkedNow, (parked) => sum(parked) >= expected, 60_000);
    expect(sum(now)).toBe(expected);
    await expectFlow();
  });

  it('garbage that a client has stamped itself: it is listed for an operator, and no retry opens it', async () => {
    // This much bad input within a minute would stop the services. Another test covers that.
    const aside = await command(city, 'breaker', 'reset', ...services, '--set-aside');
    expect(aside.code).toBe(0);
    const before = await parkedNow();
    const producer = await adminProducer();
    try {
      for (const { topic, sizeBytes } of catalogue as readonly Contract[]) {
        await producer.send({ topic, messages: [{ key: null, value: Buffer.from(createBytes(sizeBytes)) }] });
      }
    } finally {
      await producer.disconnect();
    }
    const expected = sum(before) + catalogue.length;
    const now = await eventually('parked', parkedNow, (parked) => sum(parked) >= expected, 60_000);
    const { code, lines } = await command(city, 'parked', 'list');
    expect([code, lines.filter((line) => line.includes('wrong-day')).length]).toEqual([0, catalogue.length]);
    const retried = await command(city, 'parked', 'retry', ...services);
    expect(retried.code).toBe(0);
    await eventually('set aside again', parkedNow, (parked) => sum(parked) === sum(now), 60_000);
    expect(await command(city, 'parked', 'list')).toEqual({ code, lines: lines });
    await expectFlow();
  });

  it('no log of any service holds what was sent', async () => {
    const { readFile } = await import('node:fs/promises');
    for (const name of ['intake', 'eligibility', 'payments', 'notification', 'postgres', 'kafka']) {
      const text = await readFile(city.stack.logFile(name), 'utf8');
      expect([name, text.includes(canary)]).toEqual([name, false]);
    }
  });
});

/** Returns a request for one household's case, signed with the key of another. */
async function stolenRequest(): Promise<string> {
  const [victim, thief] = await Promise.all([deriveHousehold(newReceipt()), deriveHousehold(newReceipt())]);
  const unsigned = { kind: 'payout-change', way: 'CARD', n: 1, commandKey: toBase64url(victim.at.payments.commandKey) };
  const signature = await thief.at.payments.sign(commandBytes(paymentsRequest, today, unsigned));
  const entry = city.setting.directory.dayKeys.find(({ service, day }) => service === 'payments' && day === today);
  const sealed = await sealTo({
    recipientKey: fromBase64url(entry?.publicKey ?? ''),
    ...sliceBinding(paymentsRequest, today),
    plaintext: encodePayload(paymentsRequest, { ...unsigned, signature: toBase64url(signature) } as never),
  });
  return toBase64url(sealed);
}

async function expectFlow(): Promise<void> {
  const household = await city.apply(someAnswers(), city.kiosk);
  await household.until(({ payments }) => payments?.status === 'ready-to-collect', 'a household is paid all the same');
  const request = await prepareRequest(
    household.receipt,
    { wish: { to: 'notification', kind: 'stop' }, n: 1 },
    city.setting,
  );
  await city.phone.file(request);
}

interface Parked {
  readonly intake: number;
  readonly eligibility: number;
  readonly payments: number;
  readonly notification: number;
}

async function parkedNow(): Promise<Parked> {
  const [intake, eligibility, payments, notification] = await Promise.all([
    city.parked('intake'),
    city.parked('eligibility'),
    city.parked('payments'),
    city.parked('notification'),
  ]);
  return { intake, eligibility, payments, notification };
}

function sum(parked: Parked): number {
  return Object.values(parked).reduce((total: number, count: number) => total + count, 0);
}

let counter = 0;

/** Returns bytes that look random and are different each time. */
function createBytes(length: number): Uint8Array<ArrayBuffer> {
  counter += 1;
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 32) {
    bytes.set(
      createHash('sha256')
        .update(`${counter}.${at}`)
        .digest()
        .subarray(0, Math.min(32, length - at)),
      at,
    );
  }
  return bytes;
}

async function adminProducer(): Promise<Producer> {
  const { brokers, admin } = city.stack.broker;
  const client = new kafkajs.Kafka({
    brokers: [brokers],
    sasl: { mechanism: 'scram-sha-256', username: admin?.username ?? '', password: admin?.password ?? '' },
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const producer = client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return producer;
}
