import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { recordsUp } from '#libs/records';

import { freePort } from '../../../deploy/local/ports.js';
import { Postgres } from '../../../deploy/local/postgres.js';
import { newPassword } from '../../../deploy/local/secrets.js';
import { busUp } from '../src/index.js';
import { readPage } from '../src/produce/relay-log.js';

const INSERT = `INSERT INTO outbox (day, epoch, seq, topic, envelope) VALUES ('2026-03-10', 1, 1, $1, '\\x00')`;
const BEGINNING = { epoch: 0, xid: '0', seq: 0 };

let folder: string;
let postgres: Postgres;
let own: pg.Pool;
let open: pg.Client[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'horizon-'));
  postgres = await Postgres.start({
    folder: join(folder, 'postgres'),
    port: await freePort(),
    superuserPassword: newPassword(),
    logFile: join(folder, 'postgres.log'),
    durable: false,
  });
  await asSuperuser('ALTER SYSTEM SET max_prepared_transactions = 10');
  await postgres.stop();
  await postgres.restart();
  for (const name of ['own', 'neighbour']) {
    await asSuperuser(`CREATE ROLE ${name} LOGIN PASSWORD '${name}'`);
    await asSuperuser(`CREATE DATABASE ${name} OWNER ${name}`);
  }
  own = new pg.Pool({ connectionString: urlOf('own'), max: 12 });
  // The server ends idle connections when it stops.
  own.on('error', () => undefined);
  for (const statement of [...recordsUp, ...busUp]) await own.query(statement);
  await own.query(`SELECT create_outbox_day('2026-03-10')`);
  await own.query(`INSERT INTO outbox_epoch VALUES (1, 'this')`);
});

afterAll(async () => {
  await closeOpen();
  await own?.end();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  await closeOpen();
  await own.query('TRUNCATE outbox');
});

async function closeOpen(): Promise<void> {
  for (const client of open) await client.end().catch(() => undefined);
  open = [];
}

function urlOf(name: string): string {
  const url = new URL(postgres.superuserUrl);
  [url.username, url.password, url.pathname] = [name, name, `/${name}`];
  return url.href;
}

async function asSuperuser(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.superuserUrl });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** A session with an open transaction that has a number. */
async function transactionIn(name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: urlOf(name) });
  client.on('error', () => undefined);
  open.push(client);
  await client.connect();
  await client.query('SET transaction_timeout = 0');
  await client.query('BEGIN');
  await client.query('SELECT pg_current_xact_id()');
  return client;
}

async function page(): Promise<readonly [readonly string[], boolean]> {
  const { rows, isWithheld } = await readPage(own, BEGINNING, 100);
  return [rows.map(({ topic }) => topic), isWithheld];
}

describe('the relay', () => {
  it('does not wait for a transaction of a neighbouring database, however old', async () => {
    await transactionIn('neighbour');
    await own.query(INSERT, ['written later']);
    expect(await page()).toEqual([['written later'], false]);
  });

  it('does not wait for a prepared transaction of a neighbouring database', async () => {
    const neighbour = await transactionIn('neighbour');
    await neighbour.query(`PREPARE TRANSACTION 'theirs'`);
    await own.query(INSERT, ['written later']);
    expect(await page()).toEqual([['written later'], false]);
    await neighbour.query(`ROLLBACK PREPARED 'theirs'`);
  });

  it('waits for a transaction of its own database, beside one of a neighbour', async () => {
    await transactionIn('neighbour');
    const late = await transactionIn('own');
    await own.query(INSERT, ['second']);
    expect(await page()).toEqual([[], true]);
    await late.query(INSERT, ['first']);
    await late.query('COMMIT');
    expect(await page()).toEqual([['first', 'second'], false]);
  });

  it('waits for a prepared transaction of its own database', async () => {
    const late = await transactionIn('own');
    await late.query(INSERT, ['first']);
    await late.query(`PREPARE TRANSACTION 'ours'`);
    await own.query(INSERT, ['second']);
    expect(await page()).toEqual([[], true]);
    await late.query(`COMMIT PREPARED 'ours'`);
    expect(await page()).toEqual([['first', 'second'], false]);
  });

  it('waits for a transaction of its own database under another role', async () => {
    await asSuperuser('GRANT own TO neighbour');
    const url = new URL(urlOf('own'));
    [url.username, url.password] = ['neighbour', 'neighbour'];
    const other = new pg.Client({ connectionString: url.href });
    open.push(other);
    await other.connect();
    await other.query('BEGIN');
    await other.query('SELECT pg_current_xact_id()');
    await own.query(INSERT, ['second']);
    expect(await page()).toEqual([[], true]);
    await other.query('ROLLBACK');
    expect(await page()).toEqual([['second'], false]);
  });

  it('loses no late commit among many writers, sessions that come and go, and neighbours', async () => {
    const EACH = 60;
    const until = { done: false };
    const neighbours = [1, 2, 3].map(async () => {
      while (!until.done) {
        const client = new pg.Client({ connectionString: urlOf('neighbour') });
        await client.connect();
        await client.query('BEGIN');
        await client.query('SELECT pg_current_xact_id()');
        await sleep(Math.random() * 20);
        await client.end();
      }
    });
    const writers = [0, 1, 2, 3, 4, 5].map(async (writer) => {
      for (let at = 0; at < EACH; at += 1) await writeLate(`${writer}/${at}`, at % 4 === 0);
    });
    const seen: string[] = [];
    let after = BEGINNING;
    const reading = (async () => {
      for (;;) {
        const isLast = until.done;
        const { rows } = await readPage(own, after, 7);
        seen.push(...rows.map(({ topic }) => topic));
        const last = rows.at(-1);
        if (last !== undefined) after = { epoch: last.epoch, xid: last.xid, seq: last.seq };
        else if (isLast) return;
      }
    })();
    await Promise.all(writers);
    until.done = true;
    await Promise.all([...neighbours, reading]);
    const written = [0, 1, 2, 3, 4, 5].flatMap((writer) => Array.from({ length: EACH }, (_, at) => `${writer}/${at}`));
    expect(seen.toSorted()).toEqual(written.toSorted());
  });
});

describe('an old transaction', () => {
  it('is seen, whatever its role and database, and says nothing else', async () => {
    await asSuperuser('GRANT pg_read_all_stats TO own');
    await transactionIn('neighbour');
    await sleep(300);
    const { rows } = await own.query<{ age: string }>('SELECT oldest_transaction_ms() AS age');
    expect(Number(rows[0]?.age)).toBeGreaterThan(250);
  });

  it('is ended if it writes in the own database for too long, and left alone elsewhere', async () => {
    await asSuperuser('GRANT pg_signal_backend TO own');
    const text = (
      await own.query<{ text: string }>(`SELECT prosrc AS text FROM pg_proc WHERE proname = 'end_old_transactions'`)
    ).rows[0]?.text;
    // The same function with less patience.
    await own.query(`CREATE OR REPLACE FUNCTION end_old_transactions() RETURNS integer LANGUAGE sql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$${text?.replace('90 seconds', '0.2 seconds') ?? ''}$$`);
    const [mine, theirs] = [await transactionIn('own'), await transactionIn('neighbour')];
    const reader = new pg.Client({ connectionString: urlOf('own') });
    open.push(reader);
    await reader.connect();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reader.query('SELECT count(*) FROM outbox');
    await sleep(300);
    const { rows } = await own.query<{ ended: number }>('SELECT end_old_transactions() AS ended');
    expect(rows).toEqual([{ ended: 1 }]);
    await expect(mine.query('SELECT 1')).rejects.toThrow();
    await theirs.query('COMMIT');
    await reader.query('COMMIT');
  });
});

/** Takes a number, waits, writes and commits, at times in two phases and in a session of its own. */
async function writeLate(topic: string, isPrepared: boolean): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf('own') });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_current_xact_id()');
    await sleep(Math.random() * 15);
    await client.query(INSERT, [topic]);
    if (!isPrepared) return void (await client.query('COMMIT'));
    await client.query(`PREPARE TRANSACTION '${topic}'`);
    await sleep(Math.random() * 15);
    await client.query(`COMMIT PREPARED '${topic}'`);
  } finally {
    await client.end();
  }
}
