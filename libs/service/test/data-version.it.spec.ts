import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import pg from 'pg';

import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { testDatabase, type TestDatabase } from '../../../test/support/stack.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
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

const start = (profile = 'los-angeles'): Promise<ServiceUnderTest<'notification'>> =>
  ServiceUnderTest.open(plainNotification(), { keyrings, database, profile });

async function startOver(): Promise<void> {
  await query('DROP SCHEMA public CASCADE');
  await query('CREATE SCHEMA public');
  await (await start()).close();
}

async function query(text: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<object>(text)).rows;
  } finally {
    await client.end();
  }
}

it.each([
  ['an older', 'Tables1764028800001', 'older-data', /^The database holds data of an older version, [^.]*\.$/],
  ['a newer', 'More4102444800000', 'newer-data', /^The database holds data of a newer version; [^.]*keep[^.]*\.$/],
])('a service refuses data of %s version in one sentence, and leaves it as it is', async (_which, name, code, text) => {
  await startOver();
  await (await start()).close();
  await query(`UPDATE migration SET name = '${name}'`);
  const before = await query('SELECT name FROM migration');
  await expect(start()).rejects.toMatchObject({ code, message: expect.stringMatching(text) });
  expect(await query('SELECT name FROM migration')).toEqual(before);
});

it('a service refuses the data of another city in one sentence, and leaves it as it is', async () => {
  await startOver();
  const before = await query('SELECT * FROM city');
  await expect(start('santa-ana').then((service) => service.close())).rejects.toMatchObject({
    code: 'other-city',
    message: expect.stringMatching(/^The database holds the data of another city; [^.]*\.$/),
  });
  expect(await query('SELECT * FROM city')).toEqual(before);
  await (await start()).close();
});

it.each([
  ['whose list of versions is empty', 'DELETE FROM migration'],
  ['whose list of versions is gone', 'DROP TABLE migration'],
])('a service refuses data %s in one sentence, and prints nothing else', async (_which, loss) => {
  await query('DROP SCHEMA public CASCADE');
  await query('CREATE SCHEMA public');
  await (await start()).close();
  await query(loss);
  const printed: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  const say = jest.spyOn(console, 'log').mockImplementation((...words) => void printed.push(words.join(' ')));
  try {
    await expect(start()).rejects.toMatchObject({
      code: 'unknown-data',
      message: expect.stringMatching(/^The database holds tables [^.]*\.$/),
    });
  } finally {
    write.mockRestore();
    say.mockRestore();
  }
  expect(printed).toEqual([]);
});
