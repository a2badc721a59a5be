import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { repositoryRoot } from '../../deploy/local/layout.js';
import type { TestCity } from './city.js';

const program = join(repositoryRoot, 'dist', 'apps', 'cli', 'src', 'main.js');

/** Runs an operator's command, as in a terminal. @returns its exit code and its lines of output */
export async function command(
  city: Pick<TestCity, 'root'>,
  ...words: readonly string[]
): Promise<{ readonly code: number; readonly lines: readonly string[] }> {
  const args = ['--disable-warning=TimeoutNegativeWarning', program, ...words, '--root', city.root];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let heard = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (heard += text));
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (ended) => resolve(ended ?? Number.NaN));
  });
  return { code, lines: heard.replace(/\n$/, '').split('\n') };
}
