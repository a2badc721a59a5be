import { afterEach, expect, it, jest } from '@jest/globals';
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
