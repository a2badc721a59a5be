import { spawn } from 'node:child_process';
import { chown, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Service } from '#libs/contracts';
import pg from 'pg';

import { type OwnerAccess, ownerAccess, prepareDatabases } from '../../deploy/local/databases.js';
import { migrateOne } from '../../deploy/local/migrations.js';
import { freePort } from '../../deploy/local/ports.js';
import { Postgres } from '../../deploy/local/postgres.js';
import { newPassword } from '../../deploy/local/secrets.js';
import { eventually } from './city.js';
import { copyIn, copyOut, type TableCopy } from './table-copy.js';

/** One service's database on its own cluster, as in production, with everything that can happen to it. */
export class OwnCluster {
  private made = 0;
  private folder: string;

  private constructor(
    readonly service: Service,
    private readonly root: string,
    private readonly access: { readonly port: number; readonly passwords: Readonly<Record<string, string>> },
    private postgres: Postgres,
  ) {
    this.folder = join(root, 'cluster-0');
  }

  static async start(service: Service, root: string): Promise<OwnCluster> {
    const names = ['superuser', 'intake', 'eligibility', 'payments', 'notification'];
    const passwords = Object.fromEntries(names.map((name) => [name, newPassword()]));
    const access = { port: await freePort(), passwords };
    await mkdir(root, { recursive: true });
    const postgres = await startPostgres(join(root, 'cluster-0'), access.port, access.passwords);
    await prepareDatabases(postgres.superuserUrl, passwords);
    return new OwnCluster(service, root, access, postgres);
  }

  /** The address at which the service connects. It stays the same whatever replaces this cluster. */
  get url(): string {
    const { port, passwords } = this.access;
    const { service } = this;
    return `postgres://${service}:${passwords[service] ?? ''}@127.0.0.1:${port}/${service}`;
  }

  /** How the commands of the tables' owner reach it. */
  get owner(): OwnerAccess {
    return ownerAccess(this.postgres.superuserUrl, this.service);
  }

  private get adminUrl(): string {
    const url = new URL(this.postgres.superuserUrl);
    url.pathname = `/${this.service}`;
    return url.href;
  }

  tables(): Promise<TableCopy> {
    return copyOut(this.adminUrl);
  }

  /** Returns the newest position of the ledger's chain here. */
  async headSeq(): Promise<bigint> {
    return this.asAdmin(async (client) => {
      const { rows } = await client.query<{ seq: string }>('SELECT seq::text AS seq FROM chain_head');
      return BigInt(rows[0]?.seq ?? '0');
    });
  }

  /** Restores the tables into a new cluster. */
  async restoreTables(copy: TableCopy): Promise<void> {
    await this.postgres.kill();
    this.folder = this.newFolder();
    this.postgres = await startPostgres(this.folder, this.access.port, this.access.passwords);
    await prepareDatabases(this.postgres.superuserUrl, this.access.passwords);
    await this.migrate();
    await copyIn(this.adminUrl, copy);
  }

  /** Copies all files of the cluster while it runs. @returns the folder of the copy */
  async copyFiles(): Promise<string> {
    const copy = this.newFolder();
    await this.asAdmin(async (client) => {
      await client.query(`SELECT pg_backup_start('copy', true)`);
      await copyTree(this.folder, copy);
      const { rows } = await client.query<{ label: string }>('SELECT labelfile AS label FROM pg_backup_stop(true)');
      // Adds what was written while the files were copied.
      await copyTree(join(this.folder, 'pg_wal'), join(copy, 'pg_wal'));
      await writeAs(copy, 'backup_label', rows[0]?.label ?? '');
    });
    await rm(join(copy, 'postmaster.pid'), { force: true });
    return copy;
  }

  async restoreFiles(copy: string): Promise<void> {
    await this.postgres.kill();
    this.folder = this.newFolder();
    await copyTree(copy, this.folder);
    this.postgres = await startPostgres(this.folder, this.access.port, this.access.passwords);
  }

  /** Starts a replica that follows this cluster. */
  async replica(): Promise<Replica> {
    const folder = await this.copyFiles();
    const primary = new URL(this.postgres.superuserUrl);
    const conninfo = `host=127.0.0.1 port=${primary.port} user=postgres password=${primary.password}`;
    await writeAs(folder, 'postgresql.auto.conf', `primary_conninfo = '${conninfo}'\n`);
    await writeAs(folder, 'standby.signal', '');
    const postgres = await startPostgres(folder, await freePort(), this.access.passwords);
    return new Replica(postgres, folder);
  }

  /** Waits until the replica has everything that was committed here. */
  async hasAllAt(replica: Replica): Promise<void> {
    const lsn = await this.asAdmin(async (client) => {
      const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
      return rows[0]?.lsn ?? '';
    });
    await replica.hasAll(lsn);
  }

  /** Loses this cluster. The replica takes over its address, with the data that it has. */
  async failOverTo(replica: Replica): Promise<void> {
    await this.postgres.kill();
    await replica.promote();
    this.folder = replica.folder;
    this.postgres = await startPostgres(this.folder, this.access.port, this.access.passwords);
  }

  async stop(): Promise<void> {
    await this.postgres.kill();
    await rm(this.root, { recursive: true, force: true });
  }

  /** Makes the tables, and gives the service its rights. */
  private migrate(): Promise<void> {
    return migrateOne(this.service, this.owner);
  }

  private newFolder(): string {
    this.made += 1;
    return join(this.root, `cluster-${this.made}`);
  }

  private async asAdmin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    return asSuperuser(this.adminUrl, work);
  }
}

export class Replica {
  constructor(
    private readonly postgres: Postgres,
    readonly folder: string,
  ) {}

  async hasAll(lsn: string): Promise<void> {
    await asSuperuser(this.postgres.superuserUrl, (client) =>
      eventually(
        'it has everything',
        async () =>
          (await client.query('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS has', [lsn])).rows as unknown[],
        ([row]) => (row as { has: boolean }).has,
      ),
    );
  }

  /** Stops replication: from here on it gets nothing new. */
  async fallBehind(): Promise<void> {
    await asSuperuser(this.postgres.superuserUrl, async (client) => {
      await client.query(`ALTER SYSTEM SET primary_conninfo = ''`);
      await client.query('SELECT pg_reload_conf()');
      await eventually(
        'it has stopped to follow',
        async () => (await client.query('SELECT 1 FROM pg_stat_wal_receiver')).rows.length,
        (receivers) => receivers === 0,
      );
    });
  }

  /** Promotes it to a history of its own, and stops it in order. */
  async promote(): Promise<void> {
    await asSuperuser(this.postgres.superuserUrl, async (client) => {
      await client.query('SELECT pg_promote(true, 60)');
    });
    await this.postgres.stop();
  }
}

function startPostgres(folder: string, port: number, passwords: Readonly<Record<string, string>>): Promise<Postgres> {
  const superuserPassword = passwords['superuser'] ?? '';
  return Postgres.start({ folder, port, superuserPassword, logFile: `${folder}.log`, durable: false });
}

async function asSuperuser<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Copies with owners and modes. Recovery does not need files that disappear in the meantime. */
async function copyTree(from: string, to: string): Promise<void> {
  await new Promise((resolve, reject) => {
    const child = spawn('cp', ['-a', `${from}/.`, to], { stdio: 'ignore' });
    child.once('error', reject);
    child.once('close', resolve);
  });
}

/** Writes a file with the owner of the cluster. */
async function writeAs(folder: string, name: string, text: string): Promise<void> {
  const { uid, gid } = await stat(folder);
  await writeFile(join(folder, name), text, { mode: 0o600 });
  await chown(join(folder, name), uid, gid);
}
