import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, describe, expect, it } from '@jest/globals';

import { Child } from '../child.js';
import { repositoryRoot } from '../layout.js';

const folder = mkdtempSync(join(tmpdir(), 'child-'));
const logFile = join(folder, 'log');
afterAll(() => rmSync(folder, { recursive: true }));

const shell = (script: string) =>
  Child.start({ name: 'shell', command: '/bin/sh', args: ['-c', script], logFile, stopSignal: 'SIGTERM' });

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function eventually(condition: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (!condition() && Date.now() < deadline) await sleep(50);
  return condition();
}

describe('a child process', () => {
  it('ends in good order when asked, and says how', async () => {
    const child = await shell('trap "exit 7" TERM; while :; do sleep 0.1; done');
    await sleep(200);
    await child.stop();
    expect(child.ended).toBe('code 7');
    expect(child.endingWasAsked).toBe(true);
  });

  it('is killed when it does not listen', async () => {
    const child = await shell('trap "" TERM; while :; do sleep 0.1; done');
    await sleep(200);
    await child.stop(300);
    expect(child.ended).toBe('SIGKILL');
  });

  it('that ends by itself was not asked to', async () => {
    const child = await shell('exit 3');
    expect(await child.exited).toBe('code 3');
    expect(child.endingWasAsked).toBe(false);
  });

  it('is not left behind when whoever started it is killed', async () => {
    const pidFile = join(folder, 'pid');
    const program = join(folder, 'launcher.mjs');
    writeFileSync(
      program,
      `import { Child } from '${repositoryRoot}/dist/deploy/local/child.js';
       import { writeFileSync } from 'node:fs';
       const options = { name: 'sleep', command: 'sleep', args: ['60'], logFile: '${logFile}', stopSignal: 'SIGTERM' };
       const child = await Child.start(options);
       writeFileSync('${pidFile}', String(child.pid));
       setInterval(() => undefined, 1000);`,
    );
    const launcher = spawn(process.execPath, [program], { stdio: 'ignore' });
    const pidOf = () => {
      try {
        return Number(readFileSync(pidFile, 'utf8'));
      } catch {
        return 0;
      }
    };
    expect(await eventually(() => pidOf() > 0, 10_000)).toBe(true);
    expect(isThere(pidOf())).toBe(true);
    launcher.kill('SIGKILL');
    expect(await eventually(() => !isThere(pidOf()), 6_000)).toBe(true);
  });
});
