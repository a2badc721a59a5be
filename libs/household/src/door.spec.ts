import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Door } from './door.js';
import { HouseholdError } from './errors.js';

afterEach(() => {
  jest.restoreAllMocks();
});

/** The device's reading of an answer. */
async function madeOf(answer: Response): Promise<readonly [string, string | undefined, boolean]> {
  jest.spyOn(globalThis, 'fetch').mockResolvedValue(answer);
  const error: unknown = await new Door({ url: 'http://door.invalid' }).directory().catch((thrown: unknown) => thrown);
  if (!(error instanceof HouseholdError)) throw new Error('it was not refused');
  return [error.code, error.problem, error.canRetry];
}

const problem = (status: number, code: string, headers = {}): Response =>
  new Response(JSON.stringify({ code }), { status, headers });

it.each<[string, Response]>([
  ['a proxy before a service that is away', new Response('<h1>Bad Gateway</h1>', { status: 502 })],
  ['a service that is closing', new Response('{"error":"Service Unavailable","statusCode":503}', { status: 503 })],
])('comes back later when %s answers', async (_who, answer) => {
  expect(await madeOf(answer)).toEqual(['unreachable', undefined, true]);
});

it('believes an error of the service itself, also about whether to come back', async () => {
  expect(await madeOf(problem(503, 'unavailable', { 'retry-after': '5' }))).toEqual(['refused', 'unavailable', true]);
  expect(await madeOf(problem(409, 'other-content'))).toEqual(['refused', 'other-content', false]);
});

describe('the clock of a device', () => {
  const intakeNow = Date.parse('2099-11-02T10:00:00Z');
  const seedOf = generateKeyPairSync('ed25519').privateKey;
  const device = { keyId: 'kiosk', sign: (bytes: Uint8Array) => Promise.resolve(sign(null, bytes, seedOf)) };
  let created: number[];

  beforeEach(() => {
    created = [];
  });

  /** Intake, which refuses a signature whose time is more than ten minutes off, and tells its own. */
  function intake(_url: unknown, init?: RequestInit): Promise<Response> {
    const input = new Headers(init?.headers).get('signature-input') ?? '';
    created.push(Number(/;created=(\d+);/.exec(input)?.[1]));
    if (Math.abs((created.at(-1) ?? 0) - intakeNow / 1000) <= 600) return Promise.resolve(new Response('{}'));
    const refusal = { code: 'wrong-clock', now: new Date(intakeNow).toISOString() };
    return Promise.resolve(new Response(JSON.stringify(refusal), { status: 401 }));
  }

  const doorAt = (now: number): Door => new Door({ url: 'http://door.invalid', device, now: () => new Date(now) });

  it.each([-40 * 365 * 86_400_000, -3_600_000, 3_600_000])(
    'that is %d ms off is corrected by the refusal, and the request is sent again at once',
    async (offMs) => {
      jest.spyOn(globalThis, 'fetch').mockImplementation(intake);
      const door = doorAt(intakeNow + offMs);
      await door.file({} as never);
      expect(created).toEqual([(intakeNow + offMs) / 1000, intakeNow / 1000]);
      expect(door.now()).toEqual(new Date(intakeNow));
      await door.file({} as never);
      expect(created).toHaveLength(3);
    },
  );

  it('is corrected once for a request: a second refusal is told', async () => {
    const refusal = { code: 'wrong-clock', now: new Date(intakeNow).toISOString() };
    const fetched = jest
      .spyOn(globalThis, 'fetch')
      .mockImplementation(() => Promise.resolve(new Response(JSON.stringify(refusal), { status: 401 })));
    await expect(doorAt(intakeNow).file({} as never)).rejects.toMatchObject({ problem: 'wrong-clock' });
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it.each([{ code: 'wrong-clock' }, { code: 'wrong-clock', now: 'soon' }, { code: 'wrong-clock', now: 7 }])(
    'is not corrected by an answer that tells no time: %j',
    async (refusal) => {
      const fetched = jest
        .spyOn(globalThis, 'fetch')
        .mockResolvedValue(new Response(JSON.stringify(refusal), { status: 401 }));
      const door = doorAt(intakeNow);
      await expect(door.file({} as never)).rejects.toMatchObject({ problem: 'wrong-clock' });
      expect([fetched.mock.calls.length, door.now().getTime()]).toEqual([1, intakeNow]);
    },
  );
});
