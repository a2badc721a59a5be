import type { KeyObject } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dayKeyMessage, type PinnedIdentity, type SignedDayKey } from '../../day-key-entry.js';
import { toBase64url } from '../../bytes.js';
import type { Day, KeyLife } from '../../days.js';
import { SealingError } from '../../errors.js';
import { publishDayKeys, publishedDayKeys } from './day-key-file.js';
import { FileVersion } from './file-version.js';
import { KeyringCopies, type CopiesState, type CopyName } from './keyring-copies.js';
import { describe } from './keyring-description.js';
import type { WriteStep } from './keyring-file.js';
import * as identities from './keyring-identities.js';
import * as states from './keyring-state.js';
import type { IdentitySigner, Keyring, KeyringDescription, RowKeys } from './keyring.js';
import { kernelRandom } from '../kernel-random.js';
import { newPrivateSeed, publicKeyBytes } from '../keys.js';
import { load, type Loaded } from './loaded-keys.js';
import type { IdentityPins } from './pinned-identities.js';
import { withWriterLock } from './writer-lock.js';

export interface FileKeyringOptions {
  /** The folder of the private keys. No other user may read it, and no backup may copy it. */
  readonly privateDir: string;
  /** A folder on another disk with a second live copy. Without it, the loss of the first one loses every live case. */
  readonly replicaDir?: string | undefined;
  /** The folder in which all services publish. This service writes `<publicRoot>/<service>/day-keys.json`. */
  readonly publicRoot: string;
  readonly service: string;
  readonly life: KeyLife;
}

/** The points at which a writer can be killed, in order. All but the first exist for each copy. */
export type KeyringStep = 'lock' | WriteStep;
export type OnKeyringStep = (step: KeyringStep, copy: CopyName) => void;

const SECRET_BYTES = 32;

/**
 * The keyring of one machine, for development and for a city without a key management service. Every instance of the
 * service opens it, and sees the changes of other instances within 250 ms.
 */
export class FileKeyring implements Keyring {
  readonly #options: FileKeyringOptions;
  readonly #copies: KeyringCopies;
  readonly #onStep: OnKeyringStep;
  readonly #version: FileVersion;
  #loaded: Loaded;

  private constructor(options: FileKeyringOptions, copies: KeyringCopies, onStep: OnKeyringStep = () => undefined) {
    this.#options = options;
    this.#copies = copies;
    this.#onStep = onStep;
    this.#version = new FileVersion(copies.path);
    this.#version.hasChanged('now');
    this.#loaded = load(copies.read(), undefined);
  }

  /** Makes the keyring with a new identity, at set-up only. @throws SealingError `keyring-exists` */
  static async create(options: FileKeyringOptions): Promise<FileKeyring> {
    mkdirSync(options.privateDir, { recursive: true, mode: 0o700 });
    const copies = new KeyringCopies(options);
    return withWriterLock(options.privateDir, options.service, () => {
      if (copies.exists()) throw new SealingError('keyring-exists');
      copies.create(states.newState(newPrivateSeed('ed25519')));
      return new FileKeyring(options, copies);
    });
  }

  /**
   * Opens the keyring, finishes the change of a killed writer, and brings both copies to the newer state.
   *
   * @throws SealingError `keyring-missing`; a service makes no keyring at start, because that would hide lost keys
   */
  static async open(options: FileKeyringOptions, onStep?: OnKeyringStep): Promise<FileKeyring> {
    const copies = new KeyringCopies({ ...options, onStep });
    if (!copies.exists()) throw new SealingError('keyring-missing');
    // The lock is in the first folder, even while the keyring is only in the second one.
    mkdirSync(options.privateDir, { recursive: true, mode: 0o700 });
    return withWriterLock(options.privateDir, options.service, () => {
      copies.repair();
      return new FileKeyring(options, copies, onStep);
    });
  }

  identity(): IdentitySigner {
    return this.#fresh().signer;
  }

  identities(): readonly PinnedIdentity[] {
    return this.#fresh().identities;
  }

  revokedIdentities(): readonly states.RevokedIdentity[] {
    return this.#fresh('now').state.struck;
  }

  /**
   * Lets a new identity key sign. It is pinned first, so that nobody refuses its signatures. The old one stays valid.
   *
   * @returns the name of the new key
   */
  async rotateIdentity(today: Day, pins: IdentityPins): Promise<string> {
    const seed = newPrivateSeed('ed25519');
    const next = identities.publicIdentityOf(seed);
    await pins.change(this.#options.service, (pinned) => [next, ...pinned]);
    await this.#change((state) => identities.addIdentity(state, seed, today));
    await this.#publish();
    return next.keyId;
  }

  /**
   * Retires an old identity after its last envelope has expired.
   *
   * @throws SealingError `no-identity`, `identity-in-use`
   */
  async retireIdentity(keyId: string, today: Day, pins: IdentityPins): Promise<void> {
    await this.#change((state) => identities.retireIdentity(state, keyId, today, this.#options.life));
    await pins.change(this.#options.service, (pinned) => pinned.filter((each) => each.keyId !== keyId));
  }

  /**
   * Revokes a compromised identity at once. It is removed from the pins first, so that nobody trusts it any more, and
   * then from the keyring. Its living envelopes have to be sent again: see `resigner`.
   *
   * @throws SealingError `no-identity`
   */
  async revokeIdentity(keyId: string, today: Day, pins: IdentityPins): Promise<void> {
    const isKnown = [...this.identities(), ...this.revokedIdentities()].some((each) => each.keyId === keyId);
    if (!isKnown) throw new SealingError('no-identity');
    await pins.change(this.#options.service, (pinned) => pinned.filter((each) => each.keyId !== keyId));
    if (this.identity().keyId === keyId) await this.rotateIdentity(today, pins);
    await this.#change((state) => identities.revokeIdentity(state, keyId, today));
    await this.#publish();
  }

  dayKey(day: Day): KeyObject | undefined {
    return this.#fresh().dayKeys.get(day) ?? this.#fresh('now').dayKeys.get(day);
  }

  isDayDestroyed(day: Day): boolean {
    return day <= this.#fresh().state.deadThrough;
  }

  async ensureDayKeys(today: Day): Promise<void> {
    const { life } = this.#options;
    const newKey = (): Uint8Array => newPrivateSeed('x25519');
    if (states.addDayKeys(this.#fresh('now').state, today, life, newKey) !== undefined) {
      await this.#change((state) => states.addDayKeys(state, today, life, newKey));
    }
    await this.#publish();
  }

  async destroyDayKeys(today: Day): Promise<void> {
    const { life } = this.#options;
    if (states.removeDayKeys(this.#fresh('now').state, today, life) !== undefined) {
      await this.#change((state) => states.removeDayKeys(state, today, life));
    }
    await this.#publish();
  }

  rowKeys(night: number): RowKeys | undefined {
    return this.#fresh().rowKeys.get(night) ?? this.#fresh('now').rowKeys.get(night);
  }

  async ensureRowKeys(night: number): Promise<RowKeys> {
    if (this.rowKeys(night) === undefined) {
      await this.#change((state) => states.addNight(state, night, () => kernelRandom(SECRET_BYTES)));
    }
    return this.#loaded.rowKeys.get(night) as RowKeys;
  }

  async destroyRowKeys(night: number): Promise<void> {
    await this.#change((state) => states.removeNight(state, night));
  }

  secret(name: string): Uint8Array {
    if (!this.secretExists(name)) throw new SealingError('no-secret');
    return states.keyBytes(this.#loaded.state.secrets[name] as string);
  }

  secretExists(name: string): boolean {
    return Object.hasOwn(this.#fresh().state.secrets, name) || Object.hasOwn(this.#fresh('now').state.secrets, name);
  }

  async createSecret(name: string): Promise<void> {
    await this.#change((state) => states.addSecret(state, name, () => kernelRandom(SECRET_BYTES)));
  }

  async destroySecret(name: string): Promise<void> {
    await this.#change((state) => states.removeSecret(state, name));
  }

  describe(): KeyringDescription {
    return { ...describe(this.#fresh('now').state, this.#options.life), replicas: this.replicas() };
  }

  replicas(): CopiesState {
    return this.#copies.inStep();
  }

  /** Makes a missing copy again, in a folder that a person has confirmed. */
  async renewReplica(): Promise<void> {
    await this.#locked(() => this.#copies.renew());
    this.#version.forget();
  }

  /** The state on the disk now, because other instances write too. */
  #fresh(when: 'soon' | 'now' = 'soon'): Loaded {
    if (!this.#version.hasChanged(when)) return this.#loaded;
    try {
      this.#loaded = load(this.#copies.read(), this.#loaded);
    } catch (error) {
      // The next call reads again. The cached keys may have been destroyed.
      this.#version.forget();
      throw error;
    }
    return this.#loaded;
  }

  async #change(decide: (state: states.KeyringState) => states.StateChange | undefined): Promise<void> {
    await this.#locked(() => {
      const state = this.#copies.repair();
      const change = decide(state);
      if (change !== undefined) {
        try {
          this.#copies.write({ ...change.next, version: state.version + 1 }, change.destroys);
        } finally {
          this.#version.forget();
        }
      }
      this.#fresh('now');
    });
  }

  #locked<T>(work: () => T): Promise<T> {
    return withWriterLock(this.#options.privateDir, this.#options.service, () => {
      this.#onStep('lock', 'primary');
      return work();
    });
  }

  async #publish(): Promise<void> {
    if (this.#isPublished()) return;
    await this.#locked(() => publishDayKeys(this.#options, this.#entries()));
  }

  #entries(): readonly SignedDayKey[] {
    const { service } = this.#options;
    const identity = this.identity();
    return [...this.#fresh('now').dayKeys].map(([day, key]) => {
      const unsigned = { service, day, publicKey: toBase64url(publicKeyBytes(key)), identity: identity.keyId };
      return { ...unsigned, signature: toBase64url(identity.sign(dayKeyMessage(unsigned))) };
    });
  }

  #isPublished(): boolean {
    return JSON.stringify(publishedDayKeys(this.#options)) === JSON.stringify(this.#entries());
  }
}
