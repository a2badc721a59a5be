import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { run } from './child.js';
import { cacheFolder, repositoryRoot } from './layout.js';
import { problemIn, StackProblem } from './problem.js';

/**
 * The folder with the broker's jars. Maven fetches them on the first call into a cache that all checkouts share, under
 * the hash of the pom, so that a new Kafka version gets a new folder.
 *
 * @throws StackProblem 'java-missing'
 * 'java-old'
 * 'maven-missing'
 * 'maven-failed'
 * 'disk-full'
 */
export async function kafkaJars(onFetch?: () => void): Promise<string> {
  requireJava();
  const pom = join(repositoryRoot, 'deploy', 'kafka', 'pom.xml');
  const hash = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 16);
  const folder = cacheFolder(`kafka-${hash}`);
  if (existsSync(folder)) return folder;

  onFetch?.();
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(dirname(folder), { recursive: true });
  try {
    await run('mvn', mavenArguments(pom, unfinished), { env: mavenEnvironment() });
    // Only complete folders are renamed. If another process was faster, its copy is the same.
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } catch (error) {
    const { code, output } = error as { readonly code?: unknown; readonly output?: unknown };
    if (code === 'ENOENT') throw new StackProblem('maven-missing');
    throw problemIn(output, 'maven-failed');
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

function mavenArguments(pom: string, outputFolder: string): readonly string[] {
  return [
    '-q',
    '-B',
    '-C',
    '-f',
    pom,
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${outputFolder}`,
  ];
}

/** The whole environment, because a proxy or a mirror is often set there. */
function mavenEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** @throws StackProblem 'java-missing' | 'java-old' */
export function requireJava(): void {
  const answer = spawnSync('java', ['-version'], { encoding: 'utf8', timeout: 30_000 });
  if (answer.error !== undefined || answer.status !== 0) throw new StackProblem('java-missing');
  const major = /version "(\d+)/.exec(answer.stderr)?.[1];
  if (major === undefined || Number(major) < 17) throw new StackProblem('java-old');
}
