import type { KeyObject } from 'node:crypto';
import { isEd25519Key } from '#libs/contracts';
import { importPublicKey } from '#libs/sealing';
import { Problem } from '../problem/problem.js';

/** A row of a list of keys. Revoked ones stay in the list, so that their owners learn that they are revoked. */
export interface ListedKey {
  readonly name: string;
  /** Ed25519, 32 bytes */
  readonly publicKey: Uint8Array;
  readonly revoked: boolean;
}

/** What a wish to revoke a key has done. */
export interface Revocation {
  /** False: the list has no key of this name. */
  readonly enrolled: boolean;
  /** True: the key was valid until now. */
  readonly revoked: boolean;
}

export type RegisteredKey<K extends ListedKey> = K & { readonly key: KeyObject };

/** A list that could not be read for this long answers nobody, so that a revoked key is refused in time. */
export const STALE_MS = 15_000;

/**
 * The enrolled keys of one list, in memory. A request never causes a query, whatever name it gives; `load` is called
 * every few seconds.
 */
export class KeyRegister<K extends ListedKey> {
  private keys: ReadonlyMap<string, RegisteredKey<K>> = new Map();
  private readAt = Number.NEGATIVE_INFINITY;

  /** @param read all keys of the list, revoked ones too */
  constructor(private readonly read: () => Promise<readonly K[]>) {}

  /** Reads the list again. After a failure the keys of before are used until they are stale. */
  async load(): Promise<void> {
    const began = performance.now();
    const listed = await this.read();
    // Another reading that began later is newer, and may already know of a revocation.
    if (began < this.readAt) return;
    const keys = new Map<string, RegisteredKey<K>>();
    for (const each of listed) {
      const key = this.keyOf(each);
      if (key !== undefined) keys.set(each.name, { ...each, key });
    }
    [this.keys, this.readAt] = [keys, began];
  }

  /** @throws Problem `unavailable` if the list was not read lately */
  find(name: string): RegisteredKey<K> | undefined {
    if (performance.now() - this.readAt > STALE_MS) throw new Problem('unavailable');
    return this.keys.get(name);
  }

  /** Undefined for bytes that are no key: such a row must not spoil the others. */
  private keyOf({ name, publicKey }: K): KeyObject | undefined {
    const known = this.keys.get(name);
    if (known !== undefined && Buffer.compare(known.publicKey, publicKey) === 0) return known.key;
    return isEd25519Key(publicKey) ? importPublicKey('ed25519', publicKey) : undefined;
  }
}
