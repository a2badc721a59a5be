import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { DAY_MS, dayOf } from '#libs/contracts';
import { LeaseHolder } from '#libs/records';

import { freePort } from '../../../deploy/local/ports.js';
import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { enrolStaff, postInsideAs, type StaffKey } from '../../../test/support/staff.js';
import { testDatabase, type TestDatabase } from '../../../test/support/stack.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { plainNotification } from './support.js';

/** From the package `pgbouncer`. Without it, `test/tidy/session-state.spec.ts` is the only proof. */
const PGBOUNCER = '/usr/sbin/pgbouncer';
const STARTS_WITHIN_MS = 10_000;
const KEPT = { kind: 'kept', sizeBytes: 64, work: false } as const;

/** PgBouncer in transaction mode, with two sessions for everybody, so that no transaction can expect its own. */
class Pooler {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  static async open(database: TestDatabase): Promise<Pooler> {
    const folder = await mkdtemp(join(tmpdir(), 'pooler-'));
    await chmod(folder, 0o755);
    const port = await freePort();
    const { hostname, port: ownPort, username, password } = new URL(database.serviceUrl);
    const ini = [
      '[databases]',
      `${database.name} = host=${hostname} port=${ownPort} user=${username} password=${password}`,
      '[pgbouncer]',
      `listen_addr = 127.0.0.1`,
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      'default_pool_size = 2',
      'server_reset_query_always = 0',
    ];
    await writeFile(join(folder, 'pgbouncer.ini'), `${ini.join('\n')}\n`, { mode: 0o644 });
    // It refuses to run as root.
    const who = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    const child = spawn(PGBOUNCER, ['-q', ...who, join(folder, 'pgbouncer.ini')], { stdio: 'ignore' });
    const pooler = new Pooler(`postgres://any:any@127.0.0.1:${port}/${database.name}`, child, folder);
    const deadline = performance.now() + STARTS_WITHIN_MS;
    while (!(await answers(port))) {
      if (performance.now() > deadline) throw new Error('PgBouncer does not start');
      await sleep(50);
    }
    return pooler;
  }

  async close(): Promise<void> {
    this.child.kill('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

const withPooler = existsSync(PGBOUNCER) ? describe : describe.skip;

withPooler('a service behind a pooler in transaction mode', () => {
  let keyrings: TestKeyrings;
  let database: TestDatabase;
  let pooler: Pooler;
  let service: ServiceUnderTest<'notification'>;
  let now = new Date();

  beforeAll(async () => {
    keyrings = await TestKeyrings.create(dayOf(now));
    database = await testDatabase();
    pooler = await Pooler.open(database);
    service = await ServiceUnderTest.open(plainNotification([KEPT]), {
      keyrings,
      database,
      clock: { now: () => now },
      env: { DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: database.serviceUrl },
    });
  });
  afterAll(async () => {
    await service.close();
    await pooler.close();
    await database.drop();
    await keyrings.remove();
  });

  const value = (at: number): Buffer => Buffer.from(`value-${at}`);

  it('runs the same statements on whatever session they meet', async () => {
    const many = Array.from({ length: 60 }, (_, at) => at);
    await Promise.all(
      many.map((at) =>
        service.bus.transaction(async ({ tx }) => {
          const records = await service.records.begin(tx);
          expect(await records.put('kept', [{ value: value(at), body: { at } }])).toEqual([true]);
        }),
      ),
    );
    expect(await service.kept('kept')).toHaveLength(many.length);
  });

  it('turns its night, alone, and holds the lock of its leases', async () => {
    now = new Date(now.getTime() + DAY_MS);
    const outcomes = await Promise.all([service.nightly.run(), service.nightly.run()]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['busy', 'done']);
    const { number } = await service.get(LeaseHolder).current();
    const other = new LeaseHolder({ connectionString: database.url });
    expect((await other.current()).number).not.toBe(number);
    await other.stop();
  });

  it('takes signed requests of staff, once each, with their row of the audit', async () => {
    const operator: StaffKey = await enrolStaff(service, { name: 'a-key', person: 'one', role: 'operator' });
    const request = { path: '/v1/operations/clock/accept', body: { day: dayOf(new Date()) }, now };
    const statuses = await Promise.all([1, 2, 3].map(() => postInsideAs(service, request, operator)));
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('holds locks and listens on sessions of its own alone', async () => {
    const { rows } = await service.pool.query<{ name: string }>(
      `SELECT DISTINCT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND a.datname = current_database() AND a.state = 'idle'`,
    );
    expect(rows.map(({ name }) => name).filter((name) => name === 'service')).toEqual([]);
  });
});
