import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { ordersOf, type AnyDelivery } from '#libs/bus/testing';
import {
  addDays,
  base64urlLength,
  clocks,
  contactGiven,
  DAY_MS,
  decodeBoxAnswer,
  eligibilityBoxMessage,
  eligibilityOutcomePosted,
  factsSubmitted,
  HOUR_MS,
  message,
  paymentsOutcomePosted,
  payoutChosen,
  sealedSize,
  startOfDay,
  type BoxesV1,
  type Contract,
  type SubmitApplicationV1,
} from '#libs/contracts';
import {
  deriveHousehold,
  newReceipt,
  openBoxes,
  codeListsOf,
  prepareApplication,
  signatureHeaders,
  statusOf,
  type DeviceSigner,
} from '#libs/household';
import {
  importPrivateKey,
  newPrivateSeed,
  publicKeyBytes,
  readPinnedIdentities,
  signEd25519,
  toBase64url,
} from '#libs/sealing';
import { enrol } from '#libs/service/testing';

import { damage } from '../../../test/support/damage.js';
import { doorsOf, doorsOfEach } from '../../../test/support/doors.js';
import { someAnswers } from '../../../test/support/city.js';
import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { Device } from '../src/device.entity.js';
import { deviceEnrolment } from '../src/device.repository.js';
import { IntakeModule, intake } from '../src/intake.module.js';
import { SubmissionService } from '../src/submission.service.js';

const day = '2026-11-10';
/** 0, 1, the order-8 points of the curve, p - 1, p, p + 1 and 2^255 - 1 as little-endian bytes: no X25519 key. */
const noKeys = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
  'ff'.repeat(32),
].map((hex) => Buffer.from(hex, 'hex')) as [Buffer, ...Buffer[]];
const noon = new Date(startOfDay(day) + 12 * HOUR_MS);

let keyrings: TestKeyrings;
let service: ServiceUnderTest<'intake'>;
let now = noon;

beforeAll(async () => {
  keyrings = await TestKeyrings.create(day);
  service = await ServiceUnderTest.open(intake, { keyrings, module: IntakeModule, clock: { now: () => now } });
});

afterAll(async () => {
  await service.close();
  await keyrings.remove();
});

beforeEach(async () => {
  now = noon;
  await service.clear();
});

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function post(path: string, content: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const answer = await service.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(content),
  });
  return { status: answer.statusCode, body: answer.json() };
}

async function application(receipt = newReceipt(), of = day): Promise<SubmitApplicationV1> {
  const answer = await service.inject({ method: 'GET', url: '/v1/directory' });
  const pinned = readPinnedIdentities(keyrings.environmentOf('intake')['PINNED_IDENTITIES'] ?? '');
  const lists = codeListsOf((await service.inject({ method: 'GET', url: '/v1/profile' })).json());
  return prepareApplication(receipt, someAnswers(), { directory: answer.json(), lists, pinned, day: of });
}

async function enrolled(name: string, more: { lane?: string; revoked?: boolean } = {}): Promise<DeviceSigner> {
  const seed = newPrivateSeed('ed25519');
  const key = importPrivateKey('ed25519', seed);
  await service.pool.query('INSERT INTO device (name, public_key, lane, site, revoked) VALUES ($1, $2, $3, $4, $5)', [
    name,
    Buffer.from(publicKeyBytes(key)),
    more.lane ?? 'kiosk',
    'SITE-7',
    more.revoked ?? false,
  ]);
  await service.readKeys();
  return { keyId: name, sign: (bytes) => Promise.resolve(signEd25519(key, bytes)) };
}

function signed(path: string, content: object, device: DeviceSigner): Promise<Readonly<Record<string, string>>> {
  const request = { method: 'POST', path, body: JSON.stringify(content) };
  return signatureHeaders(request, device, Math.floor(now.getTime() / 1000));
}

describe('the doors', () => {
  it('are these and no others, and without a signature only the public ones answer', async () => {
    expect(await doorsOf(service)).toEqual({
      ...doorsOfEach,
      'main GET /v1/directory': 200,
      'main GET /v1/profile': 200,
      'main POST /v1/applications': 400,
      'main POST /v1/boxes/read': 400,
      'main POST /v1/requests': 400,
    });
  });
});

describe('an application', () => {
  it('becomes three messages of its day, each with its own name and its own slice', async () => {
    const body = await application();
    expect(await post('/v1/applications', body)).toEqual({
      status: 202,
      body: { accepted: true, lastDay: addDays(day, clocks.dayKeyDays) },
    });
    const published = await service.published();
    const of = (contract: Contract) => published.filter((each) => each.contract === contract.name);
    expect(published.map((each) => each.day)).toEqual([day, day, day]);
    expect(of(factsSubmitted)).toMatchObject([{ payload: { sealed: body.facts, attended: false } }]);
    expect(Object.keys(of(factsSubmitted)[0]?.payload ?? {}).toSorted()).toEqual(['attended', 'sealed', 'submission']);
    expect(of(payoutChosen)).toMatchObject([{ payload: { sealed: body.payout, lane: 'own-device' } }]);
    expect(of(payoutChosen)[0]?.payload).not.toHaveProperty('site');
    expect(of(contactGiven)).toMatchObject([{ payload: { sealed: body.contact } }]);
    const names = published.map(({ payload }) => payload['submission']);
    expect(new Set([...names, body.application]).size).toBe(4);
  });

  it('needs no contact, because texts must not stop money', async () => {
    const { contact, ...body } = await application();
    expect(contact).toBeDefined();
    expect((await post('/v1/applications', body)).status).toBe(202);
    const published = (await service.published()).map((each) => each.contract);
    expect(published.toSorted()).toEqual([payoutChosen.name, factsSubmitted.name].toSorted());
    const unpaid = { ...body, payout: undefined };
    expect(await post('/v1/applications', unpaid)).toMatchObject({ status: 400, body: { code: 'invalid-body' } });
  });

  it('has the lane and the site of the device that signed it, and not those of the body', async () => {
    const device = await enrolled('kiosk-one');
    const navigator = await enrolled('navigator-one', { lane: 'assisted' });
    for (const [signer, lane] of [
      [device, 'kiosk'],
      [navigator, 'assisted'],
    ] as const) {
      await service.clear();
      const body = await application();
      expect((await post('/v1/applications', body, await signed('/v1/applications', body, signer))).status).toBe(202);
      const payout = (await service.published()).find(({ contract }) => contract === payoutChosen.name);
      const atPayments = Buffer.from(service.keyed('submission', 'site at payments', 'SITE-7')).toString('hex');
      const site = `S-${atPayments.slice(0, 12).toUpperCase()}`;
      expect(payout?.payload).toMatchObject({ lane, site });
      const facts = (await service.published()).find(({ contract }) => contract === factsSubmitted.name);
      expect(facts?.payload).toMatchObject({ attended: true });
    }
    const body = await application();
    expect((await post('/v1/applications', { ...body, lane: 'kiosk' })).body['code']).toBe('unknown-field');
    const stolen = await enrolled('kiosk-revoked', { revoked: true });
    const refused = await post('/v1/applications', body, await signed('/v1/applications', body, stolen));
    expect([refused.status, refused.body['code']]).toEqual([401, 'revoked-device']);
  });

  it('of a revoked device is refused for ever, also when the list of devices is enrolled again', async () => {
    const device = await enrolled('kiosk-stolen');
    const [row] = await service.repository(Device).findBy({ name: 'kiosk-stolen' });
    await service.pool.query(`UPDATE device SET revoked = true WHERE name = 'kiosk-stolen'`);
    await service.readKeys();
    const folder = await mkdtemp(join(tmpdir(), 'devices-'));
    const file = join(folder, 'devices.json');
    const key = { name: 'kiosk-stolen', publicKey: row?.publicKey.toString('base64url') };
    await writeFile(file, JSON.stringify([{ ...key, lane: 'assisted', site: 'SITE-8' }]));
    const wish = { what: 'devices', file, env: { DATABASE_OWNER_URL: service.database.url } };
    expect(await enrol([deviceEnrolment], wish)).toBe(
      'enrolled 0 devices, 0 new; 1 unchanged, because the key is revoked',
    );
    await rm(folder, { recursive: true });
    expect(await service.repository(Device).findBy({ name: 'kiosk-stolen' })).toEqual([{ ...row, revoked: true }]);
    const body = await application();
    expect((await post('/v1/applications', body, await signed('/v1/applications', body, device))).status).toBe(401);
  });

  it('gets the same answer and is published once while its keys live, and is over with them', async () => {
    const body = await application();
    const first = await post('/v1/applications', body);
    for (let later = 0; later < clocks.dayKeyDays; later += 1) {
      now = new Date(noon.getTime() + later * DAY_MS);
      expect([later, await post('/v1/applications', body)]).toEqual([later, first]);
    }
    now = new Date(noon.getTime() + clocks.dayKeyDays * DAY_MS);
    expect(await post('/v1/applications', body)).toMatchObject({ status: 410, body: { code: 'day-over' } });
    expect((await service.published()).length).toBe(3);
  });

  it('that is new is accepted for four days, and shortly before its day', async () => {
    const late = await application();
    now = new Date(noon.getTime() + 5 * DAY_MS);
    expect(await post('/v1/applications', late)).toMatchObject({ status: 410, body: { code: 'day-over' } });
    now = new Date(noon.getTime() + 4 * DAY_MS);
    expect((await post('/v1/applications', late)).status).toBe(202);
    now = noon;
    const early = await application(newReceipt(), addDays(day, 1));
    expect(await post('/v1/applications', early)).toMatchObject({ status: 400, body: { code: 'day-to-come' } });
    now = new Date(startOfDay(addDays(day, 1)) - 9 * 60_000);
    expect((await post('/v1/applications', early)).status).toBe(202);
  });

  it('of a day of which nobody has keys is over, and fails no other request of that moment', async () => {
    const [before, after] = [await application(), await application()];
    const keyless = { ...(await application()), day: addDays(day, -3) };
    const answers = await Promise.all([before, keyless, after].map((body) => post('/v1/applications', body)));
    expect(answers.map(({ status }) => status)).toEqual([202, 410, 202]);
    expect((await service.published()).length).toBe(6);
  });

  it('with a key to which nothing can be sealed is refused at the edge, at any spelling of it', async () => {
    const honest = await application();
    for (const key of noKeys) {
      const { status, body } = await post('/v1/applications', { ...honest, receiptKey: toBase64url(key) });
      expect([status, body['code'], body['field']]).toEqual([400, 'invalid-body', 'receiptKey']);
    }
    expect((await post('/v1/applications', honest)).status).toBe(202);
  });

  it('that fails on its content inside the shared transaction fails no other one', async () => {
    const honest = await Promise.all(Array.from({ length: 39 }, () => application()));
    const broken = { ...(await application()), receiptKey: toBase64url(noKeys[0]) };
    const submissions = service.get(SubmissionService);
    const sender = { kind: 'unsigned', name: 'a phone' } as const;
    const answers = await Promise.allSettled(
      [...honest.slice(0, 20), broken, ...honest.slice(20)].map((each) =>
        submissions.submit({ application: each, lane: 'own-device', site: undefined, mayBeNew: true }, sender),
      ),
    );
    expect(answers.filter(({ status }) => status === 'rejected')).toEqual([answers[20]]);
    expect(answers[20]).toMatchObject({ reason: { code: 'not-processed' } });
    expect((await service.published()).length).toBe(39 * 3);
  });

  it('under a known id with other content is refused, also when both arrive at the same moment', async () => {
    const receipt = newReceipt();
    const [one, other] = [await application(receipt), await application(receipt)];
    const answers = await Promise.all([one, other, one, other].map((body) => post('/v1/applications', body)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 202, 409, 409]);
    expect((await service.published()).length).toBe(3);
  });

  it('has "received" in its own box, and "apply again" when no answer can arrive any more', async () => {
    const receipt = newReceipt();
    const household = await deriveHousehold(receipt);
    await post('/v1/applications', await application(receipt));
    const boxes = (['intake', 'eligibility', 'payments'] as const).map((name) =>
      Buffer.from(household.at[name].boxId).toString('base64url'),
    );
    const { body } = await post('/v1/boxes/read', { boxes });
    const messages = await openBoxes(household, (body as unknown as BoxesV1).answers);
    expect(statusOf(messages, addDays(day, clocks.dayKeyDays))).toBe('received');
    expect(statusOf(messages, addDays(day, clocks.dayKeyDays + 1))).toBe('apply-again');
  });
});

describe('the boxes', () => {
  it('hold the highest version of every order of six messages, and touch no other box', async () => {
    const versions = [3, 1, 6, 2, 5, 4];
    const orders = ordersOf(versions);
    expect(orders.length).toBe(720);
    const boxes = orders.map(() => randomBytes(32).toString('base64url'));
    const stranger = randomBytes(32).toString('base64url');
    await service.deliver([posted(stranger, 9, 'eligibility')]);
    for (let step = 0; step < versions.length; step += 1) {
      await service.deliver(
        orders.map((order, at) =>
          posted(boxes[at] ?? '', order[step] ?? 0, step % 2 === 0 ? 'payments' : 'eligibility'),
        ),
      );
    }
    expect(await versionsOf([...boxes, stranger])).toEqual([...boxes.map(() => 6), 9]);
  });

  it('are read although another one is damaged', async () => {
    const [bad, good] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
    await service.deliver([posted(bad, 5, 'payments'), posted(good, 6, 'eligibility')]);
    expect(await damage(service, 'box', bad)).toBe(1);
    expect(await versionsOf([bad, good, good])).toEqual([undefined, 6, 6]);
    expect((await service.health()).checks).toMatchObject({ recordsDamaged: 1 });
  });

  it('do not change with a redelivered message, nor with other content under its version', async () => {
    const box = randomBytes(32).toString('base64url');
    await service.deliver([posted(box, 5, 'payments')]);
    await service.deliver([posted(box, 5, 'payments'), posted(box, 4, 'payments')]);
    expect(await versionsOf([box])).toEqual([5]);
    expect(await service.parked()).toEqual({});
  });
});

function posted(box: string, version: number, from: 'eligibility' | 'payments'): AnyDelivery {
  const sealed = Buffer.alloc(sealedSize(eligibilityBoxMessage), version).toString('base64url');
  expect(sealed.length).toBe(base64urlLength(sealedSize(eligibilityBoxMessage)));
  const payload = { box, version, lastDay: addDays(day, 30), sealed };
  return from === 'eligibility'
    ? message(eligibilityOutcomePosted, day, payload)
    : message(paymentsOutcomePosted, day, payload);
}

async function versionsOf(boxes: readonly string[]): Promise<readonly (number | undefined)[]> {
  const found: (number | undefined)[] = [];
  for (let at = 0; at < boxes.length; at += 3) {
    const asked = [0, 1, 2].map((offset) => boxes[at + offset] ?? boxes[0] ?? '');
    const { body } = await post('/v1/boxes/read', { boxes: asked });
    const { answers } = body as unknown as BoxesV1;
    found.push(...answers.map((answer) => decodeBoxAnswer(Buffer.from(answer, 'base64url'))?.version));
  }
  return found.slice(0, boxes.length);
}
