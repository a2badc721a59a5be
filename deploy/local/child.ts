import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { NOT_FOUND, withoutCoreFiles } from './closed-process.js';

/**
 * A small shell script that outlives this process. When our end of its pipe closes without notice, because we were
 * killed, it stops every child on its list and then kills it. No child is left running, however this process ends.
 */
const guardScript = `
trap '' INT TERM HUP
list=''
while read -r verb pid signal; do
  case $verb in
    add) list="$list $pid:$signal" ;;
    del) keep=''; for item in $list; do [ "\${item%%:*}" = "$pid" ] || keep="$keep $item"; done; list=$keep ;;
  esac
done
[ -n "$list" ] || exit 0
for item in $list; do kill -s "\${item##*:}" -- "-\${item%%:*}" 2>/dev/null; done
sleep 3
for item in $list; do kill -s KILL -- "-\${item%%:*}" 2>/dev/null; done
`;

let guard: ChildProcess | undefined;

function tellGuard(line: string): void {
  if (guard === undefined) {
    guard = spawn('/bin/sh', ['-c', guardScript], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guard.stdin?.on('error', () => undefined);
    guard.unref();
    // A pipe keeps the event loop alive unless it is unreferenced.
    (guard.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  }
  guard.stdin?.write(`${line}\n`);
}

type StopSignal = 'SIGTERM' | 'SIGINT';

export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly logFile: string;
  /** The signal that ends this program in good order. PostgreSQL's fast shutdown is SIGINT. */
  readonly stopSignal: StopSignal;
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** A process that we started. It has its own process group, so that a Ctrl-C in the terminal reaches only us. */
export class Child {
  readonly name: string;
  readonly logFile: string;
  readonly pid: number;
  /** Resolves with "code 1" or "SIGKILL", whatever ended the process. Never rejects. */
  readonly exited: Promise<string>;
  readonly #stopSignal: StopSignal;
  #ended: string | undefined;
  #expected = false;

  private constructor(child: ChildProcess, options: ChildOptions) {
    this.name = options.name;
    this.logFile = options.logFile;
    this.pid = child.pid ?? 0;
    this.#stopSignal = options.stopSignal;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#ended = signal ?? `code ${code}`;
        tellGuard(`del ${this.pid}`);
        resolve(this.#ended);
      });
    });
  }

  /** Starts the program and appends its output to the log file. A program that is missing ends with code 127. */
  static async start(options: ChildOptions): Promise<Child> {
    const log = openSync(options.logFile, 'a', 0o600);
    const { command, args } = withoutCoreFiles(options);
    const program = spawn(command, [...args], {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...options.user,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8', ...options.env },
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    await new Promise<void>((resolve, reject) => {
      program.once('spawn', resolve);
      program.once('error', reject);
    });
    const child = new Child(program, options);
    tellGuard(`add ${child.pid} ${options.stopSignal.slice(3)}`);
    return child;
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** How the process ended; undefined while it runs. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** True if it ended, or is ending, because stop() or kill() was called. */
  get endingWasAsked(): boolean {
    return this.#expected;
  }

  /** The last 4,096 characters of its log. */
  lastOutput(): string {
    return readFileSync(this.logFile, 'utf8').slice(-4_096);
  }

  /** Asks it to end in good order; kills it after `graceMs`. */
  async stop(graceMs = 10_000): Promise<void> {
    this.#expected = true;
    if (this.hasEnded) return;
    this.#signal(this.#stopSignal);
    await Promise.race([this.exited, sleep(graceMs, undefined, { ref: false })]);
    if (!this.hasEnded) await this.kill();
  }

  /** Suspends the process until `thaw`, like a machine that hangs. Its connections stay open. */
  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  /** SIGKILL, like a power cut. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#expected = true;
    if (this.hasEnded) return;
    this.#signal('SIGKILL');
    await this.exited;
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch {
      // It ended between the check and the signal.
    }
  }
}

/**
 * Runs a program to its end and returns its output.
 *
 * @throws Error with the exit code if that is not 0, and with the code ENOENT if there is no such program
 */
export async function run(
  command: string,
  args: readonly string[],
  options: {
    readonly user?: { readonly uid: number; readonly gid: number };
    readonly env?: Readonly<Record<string, string>>;
    readonly timeoutMs?: number;
  } = {},
): Promise<string> {
  const started = withoutCoreFiles({ command, args });
  const child = spawn(started.command, [...started.args], {
    ...options.user,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 600_000,
  });
  const end = () => void child.kill('SIGKILL');
  process.once('exit', end);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => process.removeListener('exit', end));
  const missing = code === NOT_FOUND ? { code: 'ENOENT' } : {};
  if (code !== 0) throw Object.assign(new Error(`the program ended with code ${code}`), { output, ...missing });
  return output;
}

/** Polls until `ready` returns true, the child ends or the time is over; returns which of them happened. */
export async function waitUntil(
  ready: () => Promise<boolean>,
  child: Child,
  timeoutMs: number,
): Promise<'ready' | 'ended' | 'timeout'> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (child.hasEnded) return 'ended';
    if (await ready()) return 'ready';
    if (Date.now() > deadline) return 'timeout';
    await sleep(50);
  }
}
