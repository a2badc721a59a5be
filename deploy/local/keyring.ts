import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { dayOf, type Service, keyLife, services, serviceSecrets } from '#libs/contracts';
import {
  FileKeyring,
  type FileKeyringOptions,
  keyringLayout,
  type PinnedIdentity,
  SealingError,
  writePinnedIdentities,
} from '#libs/sealing';

import type { PerService } from './databases.js';
import type { Layout } from './layout.js';
import { StackProblem } from './problem.js';

export function privateKeyring(layout: Layout, service: Service): string {
  return keyringLayout(layout.root).privateDir(service);
}

export function replicaKeyring(layout: Layout, service: Service): string {
  return keyringLayout(layout.root).replicaDir(service);
}

export function publicKeyring(layout: Layout): string {
  return keyringLayout(layout.root).publicRoot;
}

export function pinnedIdentitiesFile(layout: Layout): string {
  return keyringLayout(layout.root).pinnedIdentities;
}

/**
 * Makes the keyrings on the first start: identities, whose public halves are pinned for everyone, and secrets. Later
 * starts only add secrets that a newer version needs, and never one that was made before. Day keys are made up to
 * today.
 *
 * @throws StackProblem 'keys-gone' if databases exist but their keys do not
 */
export async function setUpKeyrings(layout: Layout, now = new Date()): Promise<void> {
  const noteFile = join(layout.keyring, 'set-up.json');
  const isFirst = !existsSync(noteFile);
  if (isFirst && existsSync(layout.postgres)) throw new StackProblem('keys-gone');
  await mkdir(publicKeyring(layout), { recursive: true });
  const made = isFirst ? undefined : (JSON.parse(await readFile(noteFile, 'utf8')) as PerService<readonly string[]>);
  const pins: Record<string, readonly PinnedIdentity[]> = {};
  for (const service of services) {
    const keyring = await keyringOf(layout, service, isFirst);
    for (const name of serviceSecrets[service]) {
      if (made?.[service]?.includes(name) !== true && !keyring.secretExists(name)) await keyring.createSecret(name);
    }
    await keyring.ensureDayKeys(dayOf(now));
    pins[service] = keyring.identities();
  }
  if (isFirst) writePinnedIdentities(pinnedIdentitiesFile(layout), pins);
  await writeFile(noteFile, `${JSON.stringify(serviceSecrets, undefined, 2)}\n`);
}

/** A keyring may exist on a first start, because an earlier attempt was interrupted. */
async function keyringOf(layout: Layout, service: Service, isFirst: boolean): Promise<FileKeyring> {
  const options = {
    privateDir: privateKeyring(layout, service),
    replicaDir: replicaKeyring(layout, service),
    publicRoot: publicKeyring(layout),
    service,
    life: keyLife,
  };
  if (!isFirst) return wholeKeyring(options);
  try {
    return await FileKeyring.create(options);
  } catch (error) {
    if (error instanceof SealingError && error.code === 'keyring-exists') return wholeKeyring(options);
    throw error;
  }
}

/** On this machine both copies are in one folder, so a missing copy was not unplugged, and it is made again. */
async function wholeKeyring(options: FileKeyringOptions): Promise<FileKeyring> {
  const keyring = await FileKeyring.open(options);
  if (keyring.replicas() === 'away') await keyring.renewReplica();
  return keyring;
}
