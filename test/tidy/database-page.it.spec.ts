import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import pg from 'pg';
import { beforeAll, describe, expect, it } from '@jest/globals';

import { databasePage, readTables, unexplained, type Table } from '../../deploy/docs/database-page.js';
import { tablesOfServices } from '../../deploy/docs/databases.js';
import { repositoryRoot } from '../../deploy/local/layout.js';
import { testDatabase } from '../support/stack.js';

let services: ReadonlyMap<string, readonly Table[]>;

beforeAll(async () => {
  services = await tablesOfServices();
}, 120_000);

describe('docs/database.md', () => {
  it('is committed as `npm run docs:write` writes it', async () => {
    expect(await readFile(join(repositoryRoot, 'docs', 'database.md'), 'utf8')).toBe(databasePage(services));
  });

  it('explains every table and column, and says how long rows are kept', () => {
    expect([...services.keys()]).toEqual(['intake', 'eligibility', 'payments', 'notification']);
    for (const [service, tables] of services) expect([service, unexplained(tables)]).toEqual([service, []]);
  });

  it('would show what is not explained', async () => {
    const database = await testDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('CREATE TABLE planted (told text, untold text)');
    await client.query(`COMMENT ON TABLE planted IS 'Without an end.'`);
    await client.query(`COMMENT ON COLUMN planted.told IS 'Something.'`);
    const planted = (await readTables(client)).filter(({ name }) => name === 'planted');
    await client.end();
    await database.drop();
    expect(unexplained(planted)).toEqual(['planted', 'planted.untold']);
  });
});
