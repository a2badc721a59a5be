import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { services } from '#libs/contracts';

import { layoutAt, repositoryRoot } from '../layout.js';
import { freePorts } from '../settings.js';
import { runningSystem } from '../running.js';
import { startStack, type Stack } from '../stack.js';

/** The command line and the program of every process that is seen while the system starts and runs. */
const seen = new Map<string, string>();
let root: string;
let stack: Stack;
let isLooking = true;
let looking: Promise<void>;

/** The command lines of all processes of this machine; a process may end while it is read. */
function look(): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      seen.set(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '), pid);
    } catch {
      // It has ended.
    }
  }
}

beforeAll(async () => {
  await mkdir(join(repositoryRoot, '.local'), { recursive: true });
  root = await mkdtemp(join(repositoryRoot, '.local', `test-${process.pid}-`));
  looking = (async () => {
    for (; isLooking; await sleep(20)) look();
  })();
  stack = await startStack({
    root,
    ports: await freePorts(),
    profile: 'los-angeles',
    apps: ['rail-simulator', ...services],
  });
});

afterAll(async () => {
  isLooking = false;
  await looking;
  await stack?.stop();
  await rm(root, { recursive: true, force: true });
});

/** Every text of a file of JSON that is as long as a password or a key. */
function secretsIn(file: string): readonly string[] {
  const found: string[] = [];
  JSON.parse(readFileSync(file, 'utf8'), (_key, value: unknown) => {
    if (typeof value === 'string' && value.length >= 20) found.push(value);
    return value;
  });
  return found;
}

/** The inodes of the sockets on which a process listens. */
function listensOn(pid: number): readonly string[] {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  const lines = ['tcp', 'tcp6'].flatMap((kind) => readFileSync(`/proc/${pid}/net/${kind}`, 'utf8').split('\n'));
  const listening = lines.map((line) => line.trim().split(/\s+/)).filter((words) => words[3] === '0A');
  return listening.flatMap((words) => (own.has(words[9] ?? '') ? [words[1] ?? ''] : [])).toSorted();
}

const processes = (): readonly { readonly name: string; readonly pid: number }[] =>
  runningSystem(stack.layout.running)?.processes ?? [];

describe('a running system', () => {
  const nodes = (): readonly (readonly [string, number])[] =>
    processes()
      .filter(({ name }) => !['PostgreSQL', 'Kafka'].includes(name))
      .map(({ name, pid }) => [name, pid]);

  it('writes no core file of any of its processes', () => {
    for (const { name, pid } of processes()) {
      const [limit] = /^Max core file size +\S+ +\S+/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? [];
      expect([name, limit?.split(/ +/).slice(4)]).toEqual([name, ['0', '0']]);
    }
    for (const service of services) {
      const pid = processes().find(({ name }) => name === service)?.pid;
      expect(readFileSync(`/proc/${pid}/coredump_filter`, 'utf8').trim()).toBe('00000000');
    }
  });

  it('opens no debugger for the signal that usually opens one', async () => {
    for (const [name, pid] of nodes()) {
      const before = listensOn(pid);
      process.kill(pid, 'SIGUSR1');
      await sleep(500);
      expect([name, listensOn(pid)]).toEqual([name, before]);
      expect(before.length).toBeGreaterThan(0);
    }
  });

  it('lets no tool attach to the broker', async () => {
    const pid = processes().find(({ name }) => name === 'Kafka')?.pid ?? 0;
    const tool = new Promise<string>((resolve) => {
      execFile('jcmd', [`${pid}`, 'VM.command_line'], { timeout: 10_000 }, (error, out, err) =>
        resolve(error === null ? `attached: ${out}` : `refused: ${err}`),
      );
    });
    expect(await tool).toMatch(/^refused/);
    // The tool leaves its request in the folder of the process when it is not heard.
    rmSync(join(`/proc/${pid}/cwd`, `.attach_pid${pid}`), { force: true });
    expect(existsSync(`/tmp/hsperfdata_root/${pid}`)).toBe(false);
  });

  it('shows no password and no key on a command line, from its first start on', () => {
    look();
    const { secrets } = layoutAt(root);
    const files = [secrets, join(root, 'staff.json'), join(root, 'devices.json')];
    const all = files.flatMap((file) => [...secretsIn(file)]);
    expect(all.length).toBeGreaterThan(80);
    expect([...seen.keys()].filter((line) => all.some((secret) => line.includes(secret)))).toEqual([]);
    // The tool that makes the broker's users has been seen, and so has every service.
    const wanted = [
      'format.args',
      'kafka.Kafka',
      'bin/postgres',
      ...services.map((name) => `apps/${name}/src/main.js`),
    ];
    for (const part of wanted)
      expect([part, [...seen.keys()].some((line) => line.includes(part))]).toEqual([part, true]);
  });
});
