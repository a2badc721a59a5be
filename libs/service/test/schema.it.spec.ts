import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { schemaDifferences } from '#libs/database';
import { databaseOf } from '../src/index.js';
import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { superuserUrl } from '../../../test/support/stack.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { plantedDifferences, today, type PlantedDifference, type Who } from './planted-differences.js';
import { plantedProperties } from './planted-properties.js';
import { plainNotification } from './support.js';

const definition = plainNotification();
let keyrings: TestKeyrings;
let service: ServiceUnderTest<'notification'>;

beforeAll(async () => {
  keyrings = await TestKeyrings.create();
  service = await ServiceUnderTest.open(definition, { keyrings });
});

afterAll(async () => {
  await service.close();
  await keyrings.remove();
});

async function as(who: Who | 'service', ...statements: readonly string[]): Promise<void> {
  const { name, url, serviceUrl } = service.database;
  const urls = { owner: url, service: serviceUrl, superuser: superuserUrl(name) };
  const client = new pg.Client({ connectionString: urls[who] });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function found(): Promise<readonly string[]> {
  const differences = await schemaDifferences(service.servicePool, databaseOf(definition));
  return differences.map(({ what, how }) => `${what}: ${how}`);
}

describe('a database that differs from what is declared', () => {
  it('is none after a migration', async () => {
    expect(await found()).toEqual([]);
  });

  it.each([...plantedDifferences, ...plantedProperties])(
    '$what: is named',
    async ({ who, plant, undo, differences }) => {
      await as(who, plant);
      try {
        expect(await found()).toEqual(differences);
      } finally {
        await as(who, undo);
      }
      // Ownership changes what the owner gave; a migration gives it again.
      await service.migrate();
      expect(await found()).toEqual([]);
    },
  );
});

describe('a role', () => {
  const role = `probe_${randomBytes(6).toString('hex')}`;

  beforeAll(async () => {
    await as('superuser', `CREATE ROLE ${role} LOGIN PASSWORD 'probe'`);
    await service.migrate(role);
  });

  afterAll(async () => {
    await as('superuser', `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
  });

  /** What is undeclared about the role itself. That the database serves two roles is not. */
  async function foundAsRole(): Promise<readonly string[]> {
    const url = new URL(service.database.serviceUrl);
    [url.username, url.password] = [role, 'probe'];
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    const all = await schemaDifferences(client, databaseOf(definition));
    await client.end();
    return all.map(({ what, how }) => `${what}: ${how}`).filter((each) => !each.startsWith('grant to service'));
  }

  it.each([
    ['has no attribute', 'SELECT 1', 'SELECT 1', []],
    [
      'makes roles',
      `ALTER ROLE ${role} CREATEROLE`,
      `ALTER ROLE ${role} NOCREATEROLE`,
      ['attribute of the role makes roles: undeclared'],
    ],
    [
      'passes row security',
      `ALTER ROLE ${role} BYPASSRLS`,
      `ALTER ROLE ${role} NOBYPASSRLS`,
      ['attribute of the role passes row security: undeclared'],
    ],
    [
      'is a member of another',
      `GRANT pg_read_all_stats TO ${role}`,
      `REVOKE pg_read_all_stats FROM ${role}`,
      ['member of pg_read_all_stats: undeclared'],
    ],
  ])('that %s is seen', async (_what, plant, undo, differences) => {
    await as('superuser', plant);
    expect(await foundAsRole()).toEqual(differences);
    await as('superuser', undo);
  });

  it('that is a superuser is refused', async () => {
    await as('superuser', `ALTER ROLE ${role} SUPERUSER`);
    expect(await foundAsRole()).toContain('attribute of the role superuser: undeclared');
    await expect(service.migrate(role)).rejects.toMatchObject({ code: 'same-role' });
    await as('superuser', `ALTER ROLE ${role} NOSUPERUSER`);
  });
});

describe('a service', () => {
  it.each([
    ['a column', 'column staff.home is not declared'],
    ['a trigger that is switched off', 'trigger audit.audit_append_only is different'],
    ['a right to change the audit', 'right on audit.person, UPDATE is not declared'],
    ['a missing right', 'right on record, DELETE is missing'],
  ])('does not start, and says in one sentence what differs: %s', async (planted, what) => {
    const { who, plant, undo } = plantedDifferences.find((each) => each.what === planted) as PlantedDifference;
    await service.stop();
    await as(who, plant);
    await expect(service.startAgain()).rejects.toMatchObject({
      code: 'other-schema',
      message: `The database is not as this version declares it: ${what}.`,
    });
    await as(who, undo);
    await service.startAgain();
  });

  it('does not start without its tables, and leaves them to the owner', async () => {
    await service.stop();
    await as('owner', 'DROP SCHEMA public CASCADE', 'CREATE SCHEMA public', 'GRANT USAGE ON SCHEMA public TO service');
    await expect(service.startAgain()).rejects.toMatchObject({
      code: 'not-migrated',
      message: expect.stringMatching(/^The database lacks tables of this version; run [^.]*\.$/),
    });
    await service.migrate();
    await service.startAgain();
  });

  it.each([
    ['make a table', 'CREATE TABLE mine (n int)'],
    ['make a temporary table', 'CREATE TEMPORARY TABLE mine (n int)'],
    ['make a function', `CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'`],
    ['switch a trigger off', 'ALTER TABLE audit DISABLE TRIGGER audit_append_only'],
    ['switch triggers off in its session', `SET session_replication_role = 'replica'`],
    ['drop a partition', `DROP TABLE outbox_${today}`],
    ['empty a table', 'TRUNCATE record'],
    ['change the audit', `UPDATE audit SET person = 'x'`],
    ['remove from the audit', 'DELETE FROM audit'],
    [
      'make a key of staff',
      `INSERT INTO staff (name, person, role, public_key) VALUES ('x', 'x', 'releaser', '\\x00')`,
    ],
    ['give a key another role', `UPDATE staff SET role = 'releaser'`],
    ['remove messages', 'DELETE FROM outbox'],
    ['choose the transaction of a message', `INSERT INTO outbox VALUES (now(), 1, '7', 0, 'x', '')`],
  ])('cannot %s', async (_what, statement) => {
    await expect(service.servicePool.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it.each([
    ['the present night', 'SELECT drop_record_partition((SELECT max(night) FROM night))'],
    ['a day whose keys exist', 'SELECT drop_outbox_day(current_date - 7)'],
    ['the present night of its rows', 'SELECT condense_record_partition((SELECT max(night) FROM night))'],
  ])('cannot drop %s with the functions that its owner made for it', async (_what, statement) => {
    await expect(service.servicePool.query(statement)).rejects.toMatchObject({ code: '22023' });
  });

  it('is migrated again while it makes and drops the tables of its days', async () => {
    const until = { done: false };
    const makeDays = async (year: number): Promise<void> => {
      while (!until.done) {
        await service.servicePool.query(`SELECT create_outbox_day('${year}-01-01')`);
        await service.servicePool.query(`SELECT drop_outbox_day('${year}-01-01')`);
      }
    };
    const making = makeDays(2020);
    try {
      for (let time = 0; time < 20; time += 1) await service.migrate();
    } finally {
      until.done = true;
    }
    await making;
    expect(await found()).toEqual([]);
  });

  it('is not migrated with its own role as the owner', async () => {
    await expect(service.migrate('owner')).rejects.toMatchObject({ code: 'same-role' });
    await expect(service.migrate('nobody_at_all')).rejects.toMatchObject({ code: 'no-role' });
  });
});
