import { createPrivateKey, createPublicKey } from 'node:crypto';
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

/** The public key of the seed that consists of this letter. */
function keyOf(letter: string): string {
  const key = Buffer.alloc(32, letter);
  const seed = createPrivateKey({ key, format: 'raw-private', asymmetricKeyType: 'ed25519' });
  return createPublicKey(seed).export({ format: 'raw-public' }).toString('base64url');
}

async function enrolled(...items: readonly object[]): Promise<string> {
  const file = join(folder, 'list.json');
  await writeFile(file, JSON.stringify(items));
  return enrol([staffEnrolment], { what: 'staff', file, env: { DATABASE_OWNER_URL: database.url } });
}

async function rows(): Promise<readonly Row[]> {
  const { rows: found } = await pool.query<Row>(
    `SELECT name, person, role, encode(public_key, 'hex') AS key, revoked FROM staff ORDER BY name`,
  );
  const letterOf = (key: string): string =>
    [...'abcd'].find((letter) => Buffer.from(keyOf(letter), 'base64url').toString('hex') === key) ?? 'another';
  return found.map((row) => ({ ...row, key: letterOf(row.key) }));
}

const item = (name: string, key: string, more: object = {}): object => ({
  name,
  person: `person-${name}`,
  role: 'operator',
  publicKey: keyOf(key),
  ...more,
});

describe('an enrolment', () => {
  it('changes the role of what it knows by name, and revokes nobody', async () => {
    expect(await enrolled(item('one', 'a'), item('two', 'b'))).toBe('enrolled 2 staff, 2 new');
    expect(await enrolled(item('one', 'a', { role: 'releaser' }), item('six', 'c'))).toBe('enrolled 2 staff, 1 new');
    expect(await rows()).toEqual([
      { name: 'one', person: 'person-one', role: 'releaser', key: 'a', revoked: false },
      { name: 'six', person: 'person-six', role: 'operator', key: 'c', revoked: false },
      { name: 'two', person: 'person-two', role: 'operator', key: 'b', revoked: false },
    ]);
  });

  it('is in the audit, one row for each key that is new or has changed', async () => {
    const { rows: before } = await pool.query('SELECT 1 FROM audit');
    await enrolled(item('one', 'a'), item('two', 'b'));
    await enrolled(item('one', 'a'), item('two', 'b', { role: 'releaser' }));
    await enrolled(item('one', 'a'), item('two', 'b', { role: 'releaser' }));
    const { rows: acts } = await pool.query<{ operation: string; person: string; about: string }>(
      'SELECT operation, person, about FROM audit ORDER BY seq OFFSET $1',
      [before.length],
    );
    const added = (name: string): object => ({
      operation: 'enrol-staff',
      person: 'command-line',
      about: `key ${name}`,
    });
    expect(acts).toEqual([added('one'), added('two'), added('two')]);
  });

  it.each<[string, readonly object[], string]>([
    ['a key under a second name', [item('three', 'a', { person: 'person-one' })], 'under another name'],
    ['a key of another person', [item('three', 'a')], 'under another name'],
    ['a name with a second key', [item('one', 'c')], 'with another key'],
    ['a name for another person', [item('one', 'a', { person: 'person-two' })], 'for another person'],
    ['one key twice in the file', [item('three', 'c'), item('four', 'c')], 'under another name'],
    ['one name twice in the file', [item('three', 'c'), item('three', 'e')], 'with another key'],
  ])('takes nothing of a file with %s', async (_what, list, sentence) => {
    await enrolled(item('one', 'a'), item('two', 'b'));
    const before = await rows();
    await expect(enrolled(item('five', 'd'), ...list)).rejects.toThrow(sentence);
    await expect(enrolled(...list, item('five', 'd'))).rejects.toThrow(sentence);
    expect(await rows()).toEqual(before);
  });

  it('cannot be passed by: the database holds no key twice', async () => {
    await enrolled(item('one', 'a'));
    const again = `INSERT INTO staff (name, person, role, public_key)
      SELECT 'two', 'person-two', role, public_key FROM staff`;
    await expect(pool.query(again)).rejects.toMatchObject({ constraint: 'staff_public_key' });
  });

  it.each<[string, Buffer]>([
    ['zeros', Buffer.alloc(32)],
    ['the point of order one', Buffer.concat([Buffer.of(1), Buffer.alloc(31)])],
    ['no point of the curve', Buffer.concat([Buffer.of(2), Buffer.alloc(31)])],
    ['31 bytes', Buffer.alloc(31, 7)],
  ])('takes no key that is none: %s', async (_what, key) => {
    await expect(enrolled(item('one', 'a', { publicKey: key.toString('base64url') }))).rejects.toThrow('not a list');
  });

  it('never lifts a revocation, and changes nothing of who was revoked', async () => {
    await enrolled(item('one', 'a'), item('two', 'b'));
    await pool.query(`UPDATE staff SET revoked = true WHERE name = 'one'`);
    const before = await rows();
    const sentence = 'enrolled 1 staff, 0 new; 1 unchanged, because the key is revoked';
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
      await expect(enrolled(item('four', 'd'), item(name, 'a'))).rejects.toThrow('enrolled under another name');
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
