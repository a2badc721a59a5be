import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startOfDay, type DirectoryV1 } from '#libs/contracts';
import { codeListsOf, newReceipt, prepareApplication } from '#libs/household';
import { readPinnedIdentities } from '#libs/sealing';

import { someAnswers } from '../../../test/support/city.js';
import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { IntakeModule, intake } from '../src/intake.module.js';

const day = '2026-11-10';
const noon = new Date(startOfDay(day) + 12 * 3_600_000);

let keyrings: TestKeyrings;
let service: ServiceUnderTest<'intake'>;

beforeAll(async () => {
  keyrings = await TestKeyrings.create(day);
  service = await ServiceUnderTest.open(intake, { keyrings, module: IntakeModule, clock: { now: () => noon } });
});

afterAll(async () => {
  await service.close();
  await keyrings.remove();
});

/** Everything that somebody without a key reads on both listeners, with status and headers. */
async function everythingOpen(): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const route of service.routes.filter((each) => / GET /.test(each))) {
    const [listener, , path = ''] = route.split(' ');
    if (listener === 'internal') {
      const answer = await fetch(`${service.internalUrl}${path}`);
      all[route] = [answer.status, await answer.text(), headersOf(Object.fromEntries(answer.headers))];
    } else {
      const answer = await service.inject({ method: 'GET', url: path });
      all[route] = [answer.statusCode, answer.body, headersOf(answer.headers as Record<string, unknown>)];
    }
  }
  return all;
}

function headersOf(headers: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'date'));
}

describe('somebody who watches both listeners without a key', () => {
  it('does not see that households apply', async () => {
    const before = await everythingOpen();
    const directory = (await service.inject({ method: 'GET', url: '/v1/directory' })).json<DirectoryV1>();
    const pinned = readPinnedIdentities(keyrings.environmentOf('intake')['PINNED_IDENTITIES'] ?? '');
    const lists = codeListsOf((await service.inject({ method: 'GET', url: '/v1/profile' })).json());
    const setting = { directory, lists, pinned, day };
    const exact = (await service.health()).checks;
    for (let household = 0; household < 30; household += 1) {
      const payload = JSON.stringify(await prepareApplication(newReceipt(), someAnswers(), setting));
      const headers = { 'content-type': 'application/json' };
      expect((await service.inject({ method: 'POST', url: '/v1/applications', headers, payload })).statusCode).toBe(
        202,
      );
    }
    // Longer than any report is kept.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await everythingOpen()).toEqual(before);
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining(['internal GET /metrics', 'internal GET /health/ready']),
    );
    // The counts have moved: an operator who signs sees them.
    expect((await service.health()).checks['backlog']).toBe(Number(exact['backlog']) + 90);
  });
});
