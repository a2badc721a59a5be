import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { testDatabase, type TestDatabase } from '../../../test/support/stack.js';
import { enrol, staffEnrolment } from '../src/auth/enrolment.js';
import { serviceTablesUp } from '../src/index.js';
import { createLog } from '../src/log/log.js';

interface Row {
  readonly name: string;
  readonly person: string;
  readonly role: string;
  readonly key: string;
  readonly revoked: boolean;
}

let database: TestDatabase;
let folder: string;
let pool: pg.Pool;

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'enrolment-'));
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
  pool.on('error', () => undefined);
  for (const statement of serviceTablesUp) await pool.query(statement);
});

afterEach(() => pool.query('DELETE FROM staff'));

afterAll(async () => {
  await pool.end();
  await database.drop();
  await rm(folder, { recursive: true });
});

const keyOf = (letter: string): string => Buffer.alloc(32, letter).toString('base64url');

async function enrolled(...items: readonly object[]): Promise<string> {
  const file = join(folder, 'list.json');
  await writeFile(file, JSON.stringify(items));
  return enrol([staffEnrolment], { what: 'staff', file, env: { DATABASE_URL: database.url } });
}

async function rows(): Promise<readonly Row[]> {
  const { rows: found } = await pool.query<Row>(
    `SELECT name, person, role, convert_from(substr(public_key, 1, 1), 'UTF8') AS key, revoked
       FROM staff ORDER BY name`,
  );
  return found;
}

const item = (name: string, key: string, more: object = {}): object => ({
  name,
  person: `person-${name}`,
  role: 'operator',
  publicKey: keyOf(key),
  ...more,
});

describe('an enrolment', () => {
  it('replaces what it knows by name, and revokes nobody', async () => {
    expect(await enrolled(item('one', 'a'), item('two', 'b'))).toBe('enrolled 2 staff');
    expect(await enrolled(item('one', 'c', { role: 'releaser' }))).toBe('enrolled 1 staff');
    expect(await rows()).toEqual([
      { name: 'one', person: 'person-one', role: 'releaser', key: 'c', revoked: false },
      { name: 'two', person: 'person-two', role: 'operator', key: 'b', revoked: false },
    ]);
  });

  it('never lifts a revocation, and changes nothing of who was revoked', async () => {
    await enrolled(item('one', 'a'), item('two', 'b'));
    await pool.query(`UPDATE staff SET revoked = true WHERE name = 'one'`);
    const before = await rows();
    const sentence = 'enrolled 1 staff; 1 unchanged, because the key is revoked';
    expect(await enrolled(item('one', 'a'), item('two', 'b'))).toBe(sentence);
    expect(await enrolled(item('one', 'c', { person: 'other', role: 'custodian' }), item('two', 'b'))).toBe(sentence);
    expect(await enrolled(item('one', 'a', { revoked: false }))).toBe(sentence.replace('enrolled 1', 'enrolled 0'));
    expect(await rows()).toEqual(before);
  });

  it('does not take a revoked key under another name', async () => {
    await enrolled(item('one', 'a'), item('two', 'b'));
    await pool.query(`UPDATE staff SET revoked = true WHERE name = 'one'`);
    const before = await rows();
    for (const name of ['two', 'three']) {
      await expect(enrolled(item('four', 'd'), item(name, 'a'))).rejects.toThrow('revoked under another name');
    }
    expect(await rows()).toEqual(before);
  });

  it.each(['42-clerk', '5551234567', 'clerk-555-123-4567', 'A1B2C', 'Zoraida', 'al', 'clerk 7', ''])(
    'takes nobody whose name no line of the log could say: %s',
    async (person) => {
      await expect(enrolled(item('one', 'a', { person }))).rejects.toThrow('not a list of staff');
      expect(await rows()).toEqual([]);
    },
  );

  it.each(['clerk-42', 'maker-one', 'p-4f1c77d2e9', 'a-b'])(
    'takes %s, and the log says what that person has done',
    async (person) => {
      await enrolled(item('one', 'a', { person }));
      const lines: string[] = [];
      const log = createLog('intake', { write: (line) => void lines.push(line) });
      log.write('info', 'operation', { operation: 'turn', by: (await rows())[0]?.person });
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ operation: 'turn', by: person });
    },
  );
});
