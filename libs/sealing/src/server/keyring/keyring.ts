import type { KeyObject } from 'node:crypto';
import type { PinnedIdentity, SignedDayKey } from '../../day-key-entry.js';
import type { Day } from '../../days.js';
import type { CopiesState } from './keyring-copies.js';
import type { RevokedIdentity } from './keyring-state.js';

/** Signs as a service. The private key stays behind this interface. */
export interface IdentitySigner {
  readonly keyId: string;
  /** Ed25519, 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** The two keys of one night, 32 bytes each: blobs are sealed under `seal`, lookups are HMACs under `lookup`. */
export interface RowKeys {
  readonly seal: KeyObject;
  readonly lookup: KeyObject;
}

/**
 * Where a service's private keys live: outside its database and outside every backup. Reads are answered from memory
 * and cost nothing; writes reach every other instance of the service.
 */
export interface Keyring {
  /** Signs with the newest identity key. */
  identity(): IdentitySigner;
  /** The service's public identity keys, newest first: what devices and other services pin. */
  identities(): readonly PinnedIdentity[];

  /** Identity keys that were compromised, newest last, as the disk has them now. */
  revokedIdentities(): readonly RevokedIdentity[];

  /** The private day key, or nothing when it does not exist yet or any more. */
  dayKey(day: Day): KeyObject | undefined;
  /** True once `day` lies so far back that its key has died by the clock. */
  isDayDestroyed(day: Day): boolean;
  /**
   * Makes and publishes the keys of `today` and the seven days after it; destroys those that die today or have died.
   */
  ensureDayKeys(today: Day): Promise<void>;

  rowKeys(night: number): RowKeys | undefined;
  /** @throws SealingError `key-destroyed` for a night whose keys were destroyed: new ones would hide the loss */
  ensureRowKeys(night: number): Promise<RowKeys>;
  destroyRowKeys(night: number): Promise<void>;

  /** A long-lived named secret, 32 bytes. @throws SealingError `no-secret`: a missing key is a hold, never a new key */
  secret(name: string): Uint8Array;
  secretExists(name: string): boolean;
  /** At set-up (or when a cycle begins) only. @throws SealingError `secret-exists` */
  createSecret(name: string): Promise<void>;
  destroySecret(name: string): Promise<void>;

  /** What an operator may see. */
  describe(): KeyringDescription;
  /**
   * Whether both live copies hold the same. While one is away, what makes or destroys keys fails with `replica-away`.
   */
  replicas(): CopiesState;
}

/** A keyring without its keys: names, days and nights. */
export interface KeyringDescription {
  /** Newest first. */
  readonly identities: readonly {
    readonly keyId: string;
    /** One signs; the others are believed until they go. */
    readonly signs: boolean;
    readonly replacedOn: Day | undefined;
    /** From this day on it can be retired. */
    readonly mayGoOn: Day | undefined;
  }[];
  readonly revoked: readonly { readonly keyId: string; readonly revokedOn: Day }[];
  readonly days: { readonly first: Day; readonly last: Day; readonly count: number } | undefined;
  readonly daysDestroyedThrough: Day;
  readonly nights: readonly number[];
  readonly nightsDestroyedThrough: number;
  /** Names of the long-lived secrets. */
  readonly secrets: readonly string[];
  readonly replicas: CopiesState;
}

/** Whose public keys may be trusted: day keys that a pinned identity has signed, and the pinned identities. */
export interface KeyDirectory {
  /** The recipient's published key of that day, or nothing. */
  dayKeyOf(service: string, day: Day): PublishedDayKey | undefined;
  /** The identity key of that name, if it is pinned for the service. */
  identityKey(service: string, keyId: string): KeyObject | undefined;
  /** Every verified entry, as intake serves them to devices. */
  entries(): readonly SignedDayKey[];
}

export interface PublishedDayKey {
  readonly publicKey: Uint8Array;
  readonly keyId: string;
}
