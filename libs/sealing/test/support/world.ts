import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Day, KeyLife } from '../../src/browser.js';
import { FileKeyDirectory } from '../../src/server/keyring/file-key-directory.js';
import { FileKeyring, type FileKeyringOptions } from '../../src/server/keyring/file-keyring.js';
import { writePinnedIdentities } from '../../src/server/keyring/pinned-identities.js';

export const TODAY: Day = '2026-11-25';
export const LIFE: KeyLife = { days: 8, aheadDays: 7, recordAheadDays: 2 };

/** A folder that is gone after the test file. */
export function temporaryDir(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'sealing-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export function foldersIn(dir: string, service: string): FileKeyringOptions {
  return { privateDir: join(dir, 'private', service), publicRoot: join(dir, 'public'), service, life: LIFE };
}

export interface World<S extends string> {
  readonly keyrings: Readonly<Record<S, FileKeyring>>;
  readonly pinnedIdentitiesPath: string;
  directory(): FileKeyDirectory;
}

/** Services with keyrings that have published the keys of `TODAY`, and each other's identities pinned. */
export async function worldOf<S extends string>(dir: string, ...services: readonly S[]): Promise<World<S>> {
  const keyrings = {} as Record<S, FileKeyring>;
  for (const service of services) {
    keyrings[service] = await FileKeyring.create(foldersIn(dir, service));
    await keyrings[service].ensureDayKeys(TODAY);
  }
  const pinnedIdentitiesPath = join(dir, 'pinned-identities.json');
  const pins = Object.fromEntries(services.map((service) => [service, keyrings[service].identities()]));
  writePinnedIdentities(pinnedIdentitiesPath, pins);
  const directory = (): FileKeyDirectory =>
    new FileKeyDirectory({ publicRoot: join(dir, 'public'), pinnedIdentitiesPath });
  return { keyrings, pinnedIdentitiesPath, directory };
}
