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
 * The private keys of a service. They are outside of its database and of every backup. Reads come from memory and are
 * cheap. Writes reach every other instance of the service.
 */
export interface Keyring {
  /** Signs with the newest identity key. */
  identity(): IdentitySigner;
  /** The public identity keys of the service, newest first. Devices and other services pin them. */
  identities(): readonly PinnedIdentity[];

  /** Revoked identity keys, newest last, read from the disk now. */
  revokedIdentities(): readonly RevokedIdentity[];

  /** The private day key. Undefined before it is made and after it is destroyed. */
  dayKey(day: Day): KeyObject | undefined;
  /** Whether the key of `day` is destroyed by the clock. */
  isDayDestroyed(day: Day): boolean;
  /** Makes and publishes the keys of `today` and the seven days after it. It destroys none. */
  ensureDayKeys(today: Day): Promise<void>;
  /** Destroys the keys whose life has ended by `today`. The caller knows that the day is right. */
  destroyDayKeys(today: Day): Promise<void>;

  rowKeys(night: number): RowKeys | undefined;
  /** @throws SealingError `key-destroyed` for a night whose keys were destroyed; new ones would hide the loss */
  ensureRowKeys(night: number): Promise<RowKeys>;
  destroyRowKeys(night: number): Promise<void>;

  /** A long-lived named secret, 32 bytes. @throws SealingError `no-secret`; a missing secret is never replaced */
  secret(name: string): Uint8Array;
  secretExists(name: string): boolean;
  /** Called at set-up or at the begin of a cycle only. @throws SealingError `secret-exists` */
  createSecret(name: string): Promise<void>;
  destroySecret(name: string): Promise<void>;

  /** The part of the keyring that operators may see. */
  describe(): KeyringDescription;
  /**
   * Whether both live copies are equal. While one is away, each change of keys fails with `replica-away`.
   */
  replicas(): CopiesState;
}

/** A keyring without its keys: names, days and nights. */
export interface KeyringDescription {
  /** Newest first. */
  readonly identities: readonly {
    readonly keyId: string;
    /** One identity signs. The others stay valid until they are retired. */
    readonly signs: boolean;
    readonly replacedOn: Day | undefined;
    /** The first day on which it can be retired. */
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

/** The trusted public keys: pinned identities, and day keys that a pinned identity has signed. */
export interface KeyDirectory {
  /** The published key of the recipient for that day, if there is one. */
  dayKeyOf(service: string, day: Day): PublishedDayKey | undefined;
  /** The identity key of that name, if it is pinned for the service. */
  identityKey(service: string, keyId: string): KeyObject | undefined;
  /** All verified entries, for the directory that intake serves to devices. */
  entries(): readonly SignedDayKey[];
}

export interface PublishedDayKey {
  readonly publicKey: Uint8Array;
  readonly keyId: string;
}
