import { join } from 'node:path';

import { services } from '#libs/contracts';
import { keptDataExitCodes } from '#libs/service';

import { Child } from './child.js';
import { nodeFlags } from './closed-process.js';
import { repositoryRoot } from './layout.js';
import { requireFreePort } from './ports.js';
import { StackProblem } from './problem.js';

/** The processes of the system. The rail simulator is first, because services call it as soon as they run. */
export const apps = ['rail-simulator', ...services] as const;
export type App = (typeof apps)[number];

export interface AppOptions {
  readonly app: App;
  /** `payments`, or `payments-2` for a second instance. */
  readonly name: string;
  readonly port: number;
  readonly internalPort: number;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** Starts an app's process; it is not ready yet. @throws StackProblem 'port-busy' */
export async function startApp(options: AppOptions): Promise<Child> {
  const { app, name, port, internalPort, env, logFile } = options;
  await requireFreePort(port, name);
  if (internalPort !== port) await requireFreePort(internalPort, `${name}-internal`);
  const main = join(repositoryRoot, 'dist', 'apps', app, 'src', 'main.js');
  return Child.start({
    name,
    command: process.execPath,
    args: [...nodeFlags, main],
    cwd: repositoryRoot,
    env: { ...env, PORT: String(port), INTERNAL_PORT: String(internalPort), TZ: 'UTC' },
    logFile,
    stopSignal: 'SIGTERM',
  });
}

/**
 * Waits for `GET /health/ready` to answer 200 at the internal listener.
 *
 * @throws StackProblem 'service-down' with the log's path
 */
export async function waitForApp(child: Child, port: number, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!child.hasEnded && Date.now() < deadline) {
    if (await isReady(port)) return;
    await Promise.race([child.exited, new Promise((resolve) => setTimeout(resolve, 100))]);
  }
  for (const [code, exitCode] of Object.entries(keptDataExitCodes)) {
    if (child.ended === `code ${exitCode}`) throw new StackProblem(code as keyof typeof keptDataExitCodes, child.name);
  }
  const why = child.hasEnded ? `ended with ${child.ended}${saidBy(child)}` : 'is not ready';
  throw new StackProblem('service-down', `${child.name} ${why}; see ${child.logFile}`);
}

/** The sentence with which a service refused to start. Its other lines are JSON or stack frames. */
function saidBy(child: Child): string {
  const reason = child
    .lastOutput()
    .split('\n')
    .findLast((line) => /^\w[^{}]+$/.test(line));
  return reason === undefined ? '' : `: ${reason}`;
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}
