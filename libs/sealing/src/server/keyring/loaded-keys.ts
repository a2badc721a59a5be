import { createSecretKey, type KeyObject } from 'node:crypto';
import type { PinnedIdentity } from '../../day-key-entry.js';
import type { Day } from '../../days.js';
import { publicIdentityOf } from './keyring-identities.js';
import { keyBytes, type KeyringState } from './keyring-state.js';
import type { IdentitySigner, RowKeys } from './keyring.js';
import { importPrivateKey, signEd25519 } from '../keys.js';

/** A state of the keyring with key objects. */
export interface Loaded {
  readonly state: KeyringState;
  readonly dayKeys: ReadonlyMap<Day, KeyObject>;
  readonly rowKeys: ReadonlyMap<number, RowKeys>;
  readonly identities: readonly PinnedIdentity[];
  readonly signer: IdentitySigner;
}

/** Makes the key objects of a state. Those of `before` are used again, so that caches by key object stay valid. */
export function load(state: KeyringState, before: Loaded | undefined): Loaded {
  const dayKeys = new Map<Day, KeyObject>();
  for (const day of Object.keys(state.dayKeys).sort()) {
    const text = state.dayKeys[day] as string;
    const known = before?.state.dayKeys[day] === text ? before.dayKeys.get(day) : undefined;
    dayKeys.set(day, known ?? importPrivateKey('x25519', keyBytes(text)));
  }
  const rowKeys = new Map<number, RowKeys>();
  for (const [night, keys] of Object.entries(state.rowKeys)) {
    rowKeys.set(Number(night), {
      seal: createSecretKey(keyBytes(keys.seal)),
      lookup: createSecretKey(keyBytes(keys.lookup)),
    });
  }
  const seeds = state.identities.map(({ seed }) => keyBytes(seed));
  const [newest, ...older] = seeds.map(publicIdentityOf) as [PinnedIdentity, ...PinnedIdentity[]];
  const privateKey = importPrivateKey('ed25519', seeds[0] as Buffer);
  const signer = { keyId: newest.keyId, sign: (message: Uint8Array) => signEd25519(privateKey, message) };
  return { state, dayKeys, rowKeys, identities: [newest, ...older], signer };
}
