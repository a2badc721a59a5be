import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { devicesFile, staffFile } from './enrolment.js';
import type { Layout } from './layout.js';
import { StackProblem } from './problem.js';
import { profileFile } from './settings.js';

export function logFile(layout: Layout, name: string): string {
  return join(layout.logs, `${name}.log`);
}

/** A process's log for this run. The log of the previous run is kept under another name; older logs are removed. */
export function freshLog(layout: Layout, name: string): string {
  const file = logFile(layout, name);
  if (existsSync(file)) renameSync(file, join(layout.logs, `${name}.previous.log`));
  return file;
}

/**
 * Makes the folder level by level: Node's recursive mkdir may never return if nothing can be created there.
 *
 * @throws StackProblem 'bad-root'
 */
export async function makeRoot(root: string): Promise<void> {
  try {
    if (!existsSync(root)) {
      if (dirname(root) !== root) await makeRoot(dirname(root));
      await mkdir(root).catch((error: unknown) => {
        if (!existsSync(root)) throw error;
      });
    }
    await rmdir(await mkdtemp(join(root, 'try-')));
  } catch (error) {
    throw error instanceof StackProblem ? error : new StackProblem('bad-root', root);
  }
}

/**
 * Removes the data that an earlier system kept in this folder. Old private keys must not come back from their second
 * copy, so that one goes as well; its folder stays, since it may be a link to another disk.
 */
export async function startOver(layout: Layout): Promise<void> {
  const { postgres, kafka, keyring, logs, anchor, secrets, profile, city, clock, root } = layout;
  const kept = [postgres, kafka, keyring, logs, anchor, secrets, profile, city, clock, join(root, 'rail-simulator')];
  kept.push(devicesFile(layout), staffFile(layout), ...(await entriesOf(layout.keyringReplica)));
  await Promise.all(kept.map((path) => rm(path, { recursive: true, force: true })));
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  return existsSync(folder) ? (await readdir(folder)).map((name) => join(folder, name)) : [];
}

/**
 * Runs before anything is started, because otherwise each service would refuse the data separately.
 *
 * @throws StackProblem 'other-city'
 */
export function refuseOtherCity(layout: Layout, profile: string): void {
  if (!existsSync(layout.profile)) return;
  const { id } = JSON.parse(readFileSync(layout.profile, 'utf8')) as { readonly id?: unknown };
  if (id !== profileIdOf(profile)) throw new StackProblem('other-city', `kept here: ${String(id)}`);
}

/** Records the city of all data in this folder. */
export function tieToCity(layout: Layout, profile: string): void {
  writeFileSync(layout.profile, `${JSON.stringify({ id: profileIdOf(profile) })}\n`);
}

function profileIdOf(profile: string): unknown {
  return (JSON.parse(readFileSync(profileFile(profile), 'utf8')) as { readonly profileId?: unknown }).profileId;
}
