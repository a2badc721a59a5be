import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * The repository's root. The search starts at this file, so that the result is the same in the sources and in dist/.
 */
export const repositoryRoot = findRoot(import.meta.dirname);

function findRoot(from: string): string {
  if (existsSync(join(from, 'nest-cli.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('the repository root was not found');
  return findRoot(parent);
}

/** The files of one running system. Several systems can run side by side on different roots. */
export interface Layout {
  readonly root: string;
  readonly postgres: string;
  readonly kafka: string;
  readonly keyring: string;
  /** The second live copy of the private keys. In production this is a link to another disk. */
  readonly keyringReplica: string;
  readonly logs: string;
  readonly anchor: string;
  readonly secrets: string;
  /** The file that names the city of all other files. */
  readonly profile: string;
  readonly running: string;
  /** The file that operators' commands read: services, staff keys, the broker. */
  readonly city: string;
  /** The public key to which records under a legal hold are sealed. Absent unless somebody made one. */
  readonly custodian: string;
  /** Milliseconds by which a test has moved the clock. Absent unless a test did. */
  readonly clock: string;
}

export function layoutAt(root: string): Layout {
  return {
    root,
    postgres: join(root, 'postgres'),
    kafka: join(root, 'kafka'),
    keyring: join(root, 'keyring'),
    keyringReplica: join(root, 'keyring-replica'),
    logs: join(root, 'logs'),
    anchor: join(root, 'anchor'),
    secrets: join(root, 'secrets.json'),
    profile: join(root, 'profile.json'),
    custodian: join(root, 'custodian-public.pem'),
    running: join(root, 'running.json'),
    city: join(root, 'city.json'),
    clock: join(root, 'clock-offset'),
  };
}

/** A cache that every checkout of this user shares, outside the build output, so that downloads happen once. */
export function cacheFolder(name: string): string {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const wanted = join(base, 'amparo', name);
  try {
    mkdirSync(dirname(wanted), { recursive: true });
    return wanted;
  } catch {
    return join(repositoryRoot, '.local', 'cache', name);
  }
}
