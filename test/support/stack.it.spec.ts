import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';

import { kafka, kafkaUser, type PrivateBroker, startPrivateBroker, testDatabase } from './stack.js';

describe('a test database', () => {
  it('is empty, owned by an ordinary role, and gone when dropped', async () => {
    const database = await testDatabase();
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query(
      `SELECT (SELECT count(*)::int FROM pg_tables WHERE schemaname = 'public') AS tables,
              (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS super,
              current_setting('transaction_timeout') AS timeout`,
    );
    expect(rows).toEqual([{ tables: 0, super: false, timeout: '1min' }]);
    await client.query('CREATE TABLE mine (n int)');
    await database.drop();
    await expect(new pg.Client({ connectionString: database.url }).connect()).rejects.toMatchObject({ code: '3D000' });
  });
});

describe('the shared broker', () => {
  it('lets the admin in and keeps a stranger out', async () => {
    const { brokers, admin } = kafka();
    expect(await topicsAs(brokers, admin)).toEqual(expect.any(Array));
    await expect(topicsAs(brokers, { username: 'admin', password: 'wrong' })).rejects.toThrow(/authentication/i);
  });

  it('shows a service no topic that no rule gives it', async () => {
    expect(await topicsAs(kafka().brokers, kafkaUser('intake'))).toEqual(
      expect.not.arrayContaining(['__consumer_offsets']),
    );
  });
});

describe('a private broker', () => {
  let broker: PrivateBroker;
  beforeAll(async () => {
    broker = await startPrivateBroker();
  });
  afterAll(() => broker.remove());

  it('keeps its topics through a kill', async () => {
    await withAdmin(broker.brokers, broker.admin, (admin) =>
      admin.createTopics({ topics: [{ topic: 'kept' }], waitForLeaders: false }),
    );
    await broker.kill();
    await broker.restart();
    expect(await topicsAs(broker.brokers, broker.admin)).toContain('kept');
  });
});

type Login = { readonly username: string; readonly password: string };
type Admin = ReturnType<Kafka['admin']>;

async function withAdmin<T>(brokers: string[], login: Login, work: (admin: Admin) => Promise<T>): Promise<T> {
  const client = new Kafka({
    brokers,
    sasl: { mechanism: 'scram-sha-256', ...login },
    logLevel: logLevel.NOTHING,
    retry: { retries: 3 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

const topicsAs = (brokers: string[], login: Login) => withAdmin(brokers, login, (admin) => admin.listTopics());
