import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startOfDay, type DirectoryV1 } from '#libs/contracts';
import { codeListsOf, newReceipt, prepareApplication, signatureHeaders, type DeviceSigner } from '#libs/household';
import { importPrivateKey, newPrivateSeed, publicKeyBytes, readPinnedIdentities, signEd25519 } from '#libs/sealing';

import { someAnswers } from '../../../test/support/city.js';
import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { Device } from '../src/device.entity.js';
import { IntakeModule, intake } from '../src/intake.module.js';

const day = '2026-11-10';
const noon = new Date(startOfDay(day) + 12 * 3_600_000);
/** A quarter of this number may come at once. */
const PER_HOUR = 32;

let keyrings: TestKeyrings;
let service: ServiceUnderTest<'intake'>;

beforeAll(async () => {
  keyrings = await TestKeyrings.create(day);
  const env = {
    OWN_DEVICE_PER_HOUR: String(PER_HOUR),
    CLIENT_ADDRESS: 'x-forwarded-for',
    TRUSTED_PROXIES: '127.0.0.0/8',
  };
  service = await ServiceUnderTest.open(intake, { keyrings, module: IntakeModule, clock: { now: () => noon }, env });
});

afterAll(async () => {
  await service.close();
  await keyrings.remove();
});

async function enrolled(name: string): Promise<DeviceSigner> {
  const key = importPrivateKey('ed25519', newPrivateSeed('ed25519'));
  const publicKey = Buffer.from(publicKeyBytes(key));
  await service.repository(Device).insert({ name, publicKey, lane: 'kiosk', site: 'SITE-7', revoked: false });
  await service.readKeys();
  return { keyId: name, sign: (bytes) => Promise.resolve(signEd25519(key, bytes)) };
}

type Answer = readonly [status: number, retryAfter: string | undefined];

/** What a household's device sends for a new application. */
async function application(): Promise<string> {
  const directory = (await service.inject({ method: 'GET', url: '/v1/directory' })).json<DirectoryV1>();
  const lists = codeListsOf((await service.inject({ method: 'GET', url: '/v1/profile' })).json());
  const pinned = readPinnedIdentities(keyrings.environmentOf('intake')['PINNED_IDENTITIES'] ?? '');
  return JSON.stringify(await prepareApplication(newReceipt(), someAnswers(), { directory, lists, pinned, day }));
}

async function send(payload: string, from: { readonly device?: DeviceSigner; readonly address?: string } = {}) {
  const request = { method: 'POST', path: '/v1/applications', body: payload };
  const { device, address } = from;
  const signed = device === undefined ? {} : await signatureHeaders(request, device, noon.getTime() / 1000);
  const forwarded = address === undefined ? {} : { 'x-forwarded-for': address };
  const headers = { 'content-type': 'application/json', ...forwarded, ...signed };
  const answer = await service.inject({ method: 'POST', url: request.path, headers, payload });
  return [answer.statusCode, answer.headers['retry-after'] as string | undefined] as const satisfies Answer;
}

const storedNow = async (): Promise<number> => Number((await service.health()).checks['backlog']) / 3;

describe('the ceiling of households’ own devices', () => {
  it('refuses with the time to come back, stores nothing of what it refuses, and leaves others alone', async () => {
    const kiosk = await enrolled('kiosk-001');
    const before = await storedNow();
    const first = await application();
    // What is known already needs no room, however often it comes.
    for (let each = 0; each < 2 * PER_HOUR; each += 1) expect((await send(first))[0]).toBe(202);
    expect((await storedNow()) - before).toBe(1);

    const flood: Answer[] = [];
    for (let each = 0; each < PER_HOUR; each += 1) flood.push(await send(await application()));
    // Half of the quarter that may come at once is kept for networks that sent little.
    expect(flood.filter(([status]) => status === 202)).toHaveLength(PER_HOUR / 8 - 1);
    const refused = flood.filter(([status]) => status === 429);
    expect(refused).toHaveLength(PER_HOUR - (PER_HOUR / 8 - 1));
    expect(refused.every(([, after]) => Number(after) > 0 && Number(after) <= 3_600)).toBe(true);

    for (let each = 0; each < 4; each += 1) {
      expect((await send(await application(), { address: `203.${each}.113.9` }))[0]).toBe(202);
    }
    expect((await send(await application(), { address: '203.9.113.9' }))[0]).toBe(429);
    for (let each = 0; each < 10; each += 1) expect((await send(await application(), { device: kiosk }))[0]).toBe(202);
    // Its answer was lost: the device asks again while the hour is full.
    expect((await send(first))[0]).toBe(202);
    expect((await storedNow()) - before).toBe(PER_HOUR / 4 + 10);
  });
});
