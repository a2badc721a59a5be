import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { dayNumber, dayOf, startOfDay } from '#libs/contracts';

import { openService, TestKeyrings, type ServiceUnderTest } from '../../../test/support/service-harness.js';
import { busUp } from '../../bus/src/index.js';
import { recordsUp } from '../../records/src/index.js';

const START = new Date(startOfDay('2026-11-20') + 12 * 3_600_000);
const DAY_MS = 86_400_000;

class Tables1764028800009 {
  name = 'Tables1764028800009';
  async up(runner: { query(text: string): Promise<unknown> }): Promise<void> {
    for (const statement of [...recordsUp, ...busUp]) await runner.query(statement);
  }
  down(): Promise<void> {
    return Promise.resolve();
  }
}

let keyrings: TestKeyrings;
let service: ServiceUnderTest<'notification'>;
let now = START;

beforeAll(async () => {
  keyrings = await TestKeyrings.create(dayOf(START));
  service = await openService(
    {
      service: 'notification',
      kinds: () => [{ kind: 'kept', sizeBytes: 64, work: false }],
      entities: [],
      migrations: [Tables1764028800009 as never],
    },
    { keyrings, clock: { now: () => now } },
  );
});

afterAll(async () => {
  await service.close();
  await keyrings.remove();
});

const value = Buffer.from('value');
const night = (): number => dayNumber(dayOf(now));

async function kept(): Promise<unknown> {
  const { bus, records } = service.runtime;
  return bus.transaction(async ({ tx }) => (await (await records.begin(tx)).find('kept', [value]))[0]);
}

describe('the nights of a service', () => {
  it('turn once each, make up for what was missed, and destroy keys in the keyring by their clock', async () => {
    const { bus, records, nightly, keyring } = service.runtime;
    await bus.transaction(async ({ tx }) => (await records.begin(tx)).put('kept', [{ value, body: { n: 1 } }]));
    expect(await nightly.run()).toBeUndefined();
    const first = night();
    for (const [days, destroyed] of [
      [1, []],
      [2, []],
      // Two nights were missed.
      [5, [first]],
      [6, [first + 1]],
    ] as const) {
      now = new Date(START.getTime() + days * DAY_MS);
      expect(await nightly.run()).toMatchObject({ outcome: 'done', moved: 1, keysDestroyed: destroyed });
      expect(await nightly.run()).toBeUndefined();
      expect(await kept()).toEqual({ n: 1 });
    }
    expect(keyring.rowKeys(first)).toBeUndefined();
    expect(keyring.rowKeys(first + 1)).toBeUndefined();
    expect(keyring.rowKeys(night())).toBeDefined();
  });
});
