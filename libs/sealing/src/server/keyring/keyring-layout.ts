import { join } from 'node:path';

/** The folders of the keyrings of all services, below one root. */
export interface KeyringLayout {
  readonly publicRoot: string;
  readonly pinnedIdentities: string;
  privateDir(service: string): string;
  /** The second live copy, in production a link to another disk. */
  replicaDir(service: string): string;
}

/** The layout of a system on one machine, and of the mounts of a container that may see every keyring. */
export function keyringLayout(root: string): KeyringLayout {
  return {
    publicRoot: join(root, 'keyring', 'public'),
    pinnedIdentities: join(root, 'keyring', 'pinned-identities.json'),
    privateDir: (service) => join(root, 'keyring', 'private', service),
    replicaDir: (service) => join(root, 'keyring-replica', service),
  };
}
