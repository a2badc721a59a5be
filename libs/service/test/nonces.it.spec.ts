import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { dayOf } from '#libs/contracts';

import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { enrolStaff, signed, type StaffKey } from '../../../test/support/staff.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { NonceRepository } from '../src/auth/nonce.repository.js';
import { Permit } from '#libs/records/testing';
import { plainNotification } from './support.js';

const path = '/v1/operations/parked';
let keyrings: TestKeyrings;
let service: ServiceUnderTest<'notification'>;
let operator: StaffKey;

beforeAll(async () => {
  keyrings = await TestKeyrings.create(dayOf(new Date()));
  service = await ServiceUnderTest.open(plainNotification(), { keyrings });
  operator = await enrolStaff(service, { name: 'operator-key', person: 'operator-one', role: 'operator' });
});

afterAll(async () => {
  await service.close();
  await keyrings.remove();
});

const headersNow = (): Promise<Readonly<Record<string, string>>> =>
  signed('notification', 'POST', { path, body: {}, now: new Date() }, operator);

async function send(headers: Readonly<Record<string, string>>, { internalUrl } = service): Promise<readonly unknown[]> {
  const answer = await fetch(`${internalUrl}${path}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{}',
  });
  return [answer.status, ((await answer.json()) as { code?: string }).code];
}

describe('a signed request of staff', () => {
  it('has its effect once, also at several processes at the same moment', async () => {
    const other = await ServiceUnderTest.open(plainNotification(), { keyrings, database: service.database });
    try {
      for (let round = 0; round < 5; round += 1) {
        const headers = await headersNow();
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, at) => send(headers, at % 2 === 0 ? service : other)),
        );
        expect(answers.filter(([status]) => status === 200)).toHaveLength(1);
        expect(answers.filter(([, code]) => code === 'replayed')).toHaveLength(7);
      }
    } finally {
      await other.close();
    }
  });

  it('is not accepted again after a restart', async () => {
    const headers = await headersNow();
    expect(await send(headers)).toEqual([200, undefined]);
    await service.reopen();
    expect(await send(headers)).toEqual([401, 'replayed']);
    expect(await send(await headersNow())).toEqual([200, undefined]);
  });
});

describe('a spent nonce', () => {
  it('is removed on the second day after', async () => {
    const nonces = service.get(NonceRepository);
    const ages = [0, 1, 2, 3];
    for (const age of ages) {
      await service.pool.query(
        `INSERT INTO spent_nonce (key, nonce, day)
           VALUES ('old-key', $1, (now() AT TIME ZONE 'UTC')::date - $2::integer)`,
        [Buffer.alloc(16, age + 1), age],
      );
    }
    expect(await nonces.prune(new Permit(dayOf(new Date())))).toBe(2);
    expect(await Promise.all(ages.map((age) => nonces.spend('old-key', Buffer.alloc(16, age + 1))))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});
