import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import type { App } from './apps.js';
import { StackProblem } from './problem.js';

/** A process, told apart from a later one that got the same number. */
export interface ProcessMark {
  readonly name: string;
  readonly pid: number;
  readonly since: string;
}

/** What other programs on this machine (the demo, a test, a second start) may know of a running system. No secret. */
export interface RunningSystem {
  readonly launcher: ProcessMark;
  readonly processes: readonly ProcessMark[];
  /** True once every process has said that it is ready. */
  readonly ready: boolean;
  readonly profile: string;
  readonly urls: Readonly<Partial<Record<App, string>>>;
  /** The addresses of every process that was started, whether it still runs or not. */
  readonly instances: Readonly<Partial<Record<App, readonly string[]>>>;
  /** Of the internal listeners: the first of each app that runs, and all that were started. */
  readonly internalUrls: Readonly<Partial<Record<App, string>>>;
  readonly internalInstances: Readonly<Partial<Record<App, readonly string[]>>>;
  readonly brokers: string;
  readonly root: string;
}

/** The system described by the file, if its launcher is alive; nothing otherwise. */
export function runningSystem(file: string): RunningSystem | undefined {
  const system = readRunning(file);
  return system !== undefined && isAlive(system.launcher) ? system : undefined;
}

/**
 * Takes the folder for this process. Whatever a launcher that died left running is waited for, then ended.
 *
 * @throws StackProblem 'already-running'
 */
export async function claim(file: string, system: RunningSystem): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const before = readRunning(file);
  if (before !== undefined) {
    if (isAlive(before.launcher)) throw new StackProblem('already-running', `process ${before.launcher.pid}`);
    await endLeftovers(before.processes);
  }
  rmSync(file, { force: true });
  try {
    writeFileSync(file, textOf(system), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new StackProblem('already-running');
    throw error;
  }
}

export function update(file: string, system: RunningSystem): void {
  writeFileSync(file, textOf(system));
}

export function release(file: string): void {
  rmSync(file, { force: true });
}

export function markOf(name: string, pid: number): ProcessMark {
  return { name, pid, since: startOf(pid) ?? '' };
}

function textOf(system: RunningSystem): string {
  return `${JSON.stringify(system, undefined, 2)}\n`;
}

function readRunning(file: string): RunningSystem | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunningSystem;
  } catch {
    // Half written: its launcher died at that moment.
    return undefined;
  }
}

async function endLeftovers(processes: readonly ProcessMark[]): Promise<void> {
  const graceMs = 8_000;
  const deadline = Date.now() + graceMs;
  while (processes.some(isAlive) && Date.now() < deadline) await sleep(100);
  for (const mark of processes.filter(isAlive)) {
    try {
      process.kill(mark.pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

function isAlive(mark: ProcessMark): boolean {
  return mark.since !== '' && startOf(mark.pid) === mark.since;
}

/** When a process began, in whatever form the system tells it; nothing if there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The program's name, in brackets, may hold blanks; after it come the state and, 19 fields on, the start in ticks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : `${boot} ${fields[19]}`;
  } catch {
    if (process.platform === 'linux') return undefined;
    const answer = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return answer.stdout?.trim() || undefined;
  }
}
