import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { testDatabase, type TestDatabase } from '../../../test/support/stack.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { errorFields } from '../src/log/log.js';
import { plainNotification } from './support.js';

let keyrings: TestKeyrings;
let database: TestDatabase;

beforeAll(async () => {
  keyrings = await TestKeyrings.create();
  database = await testDatabase();
});

afterAll(async () => {
  await keyrings.remove();
  await database.drop();
});

const canary = 'zoraida-canario';

it.each([
  ['DATABASE_URL', `postgres://${canary}:${canary}@127.0.0.1:1/${canary}`, 'ECONNREFUSED'],
  ['KEYRING_PRIVATE', `/nowhere/${canary}`, 'keyring-missing'],
  ['PINNED_IDENTITIES', `/nowhere/${canary}`, 'pins-unreadable'],
  ['PROFILE', `/nowhere/${canary}`, 'ENOENT'],
])('a service does not start on %s that cannot be used: it says which, why and where, and no value', async (...row) => {
  const [setting, value, code] = row;
  const env = { [setting]: value };
  const refused = await ServiceUnderTest.open(plainNotification(), { keyrings, database, env }).catch(
    (error: unknown) => error,
  );
  expect(refused).toMatchObject({
    message: `the file, folder or address in the setting ${setting} cannot be used (${code})`,
    settings: [setting],
  });
  const fields = errorFields(refused);
  expect(fields).toMatchObject({ code, frames: expect.arrayContaining([expect.stringContaining('useSetting')]) });
  expect(JSON.stringify(fields)).not.toContain(canary);
});
