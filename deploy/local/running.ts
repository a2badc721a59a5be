import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import type { App } from './apps.js';
import { StackProblem } from './problem.js';

/** Identifies a process, even if a later process gets the same pid. */
export interface ProcessMark {
  readonly name: string;
  readonly pid: number;
  readonly since: string;
}

/**
 * The data that other programs on this machine (the demo, a test, a second start) get of a running system. No secret.
 */
export interface RunningSystem {
  readonly launcher: ProcessMark;
  readonly processes: readonly ProcessMark[];
  /** True after every process has reported that it is ready. */
  readonly ready: boolean;
  readonly profile: string;
  readonly urls: Readonly<Partial<Record<App, string>>>;
  /** The addresses of every process that was started, running or not. */
  readonly instances: Readonly<Partial<Record<App, readonly string[]>>>;
  /** The internal listeners: the first of each app that runs, and all that were started. */
  readonly internalUrls: Readonly<Partial<Record<App, string>>>;
  readonly internalInstances: Readonly<Partial<Record<App, readonly string[]>>>;
  readonly brokers: string;
  readonly root: string;
}

/** The system that the file describes, if its launcher is alive; otherwise undefined. */
export function runningSystem(file: string): RunningSystem | undefined {
  const system = readRunning(file);
  return system !== undefined && isAlive(system.launcher) ? system : undefined;
}

/**
 * Takes the folder for this process. Waits for the remaining processes of a launcher that died, then kills them.
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
    // Half written, because its launcher died while it wrote.
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

/** When a process began, in the form that the system reports; undefined if there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The program's name, in brackets, may contain blanks. After it come the state and, 19 fields later, the start in
    // ticks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : `${boot} ${fields[19]}`;
  } catch {
    if (process.platform === 'linux') return undefined;
    const answer = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return answer.stdout?.trim() || undefined;
  }
}
