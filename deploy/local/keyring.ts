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
import type { Place } from './place.js';
import { StackProblem } from './problem.js';

export function privateKeyring(place: Place, service: Service): string {
  return keyringLayout(place.root).privateDir(service);
}

export function replicaKeyring(place: Place, service: Service): string {
  return keyringLayout(place.root).replicaDir(service);
}

export function publicKeyring(place: Place): string {
  return keyringLayout(place.root).publicRoot;
}

export function pinnedIdentitiesFile(place: Place): string {
  return keyringLayout(place.root).pinnedIdentities;
}

/**
 * Makes the keyrings on the first start: identities, which are pinned for everyone, and secrets. Later starts add only
 * secrets that a newer version wants, and never one that was made before. Day keys are brought up to today.
 *
 * @throws StackProblem 'keys-gone' when databases are there whose keys are not
 */
export async function setUpKeyrings(place: Place, now = new Date()): Promise<void> {
  const noteFile = join(place.keyring, 'set-up.json');
  const isFirst = !existsSync(noteFile);
  if (isFirst && existsSync(place.postgres)) throw new StackProblem('keys-gone');
  await mkdir(publicKeyring(place), { recursive: true });
  const made = isFirst ? undefined : (JSON.parse(await readFile(noteFile, 'utf8')) as PerService<readonly string[]>);
  const pins: Record<string, readonly PinnedIdentity[]> = {};
  for (const service of services) {
    const keyring = await keyringOf(place, service, isFirst);
    for (const name of serviceSecrets[service]) {
      if (made?.[service]?.includes(name) !== true && !keyring.secretExists(name)) await keyring.createSecret(name);
    }
    await keyring.ensureDayKeys(dayOf(now));
    pins[service] = keyring.identities();
  }
  if (isFirst) writePinnedIdentities(pinnedIdentitiesFile(place), pins);
  await writeFile(noteFile, `${JSON.stringify(serviceSecrets, undefined, 2)}\n`);
}

/** On a first start the keyring may be there nevertheless: an earlier attempt was interrupted. */
async function keyringOf(place: Place, service: Service, isFirst: boolean): Promise<FileKeyring> {
  const options = {
    privateDir: privateKeyring(place, service),
    replicaDir: replicaKeyring(place, service),
    publicRoot: publicKeyring(place),
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

/** On this one machine both copies lie in one folder, so one that is missing was not unplugged: it is made again. */
async function wholeKeyring(options: FileKeyringOptions): Promise<FileKeyring> {
  const keyring = await FileKeyring.open(options);
  if (keyring.replicas() === 'away') await keyring.renewReplica();
  return keyring;
}
