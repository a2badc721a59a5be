import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dayKeyMessage, type PinnedIdentity, type SignedDayKey } from '../day-key-entry.js';
import { toBase64url } from '../bytes.js';
import type { Day } from '../days.js';
import { SealingError } from '../errors.js';
import { publishDayKeys, publishedDayKeys } from './day-key-file.js';
import { FileVersion } from './file-version.js';
import { KeyringFile, type WriteStep } from './keyring-file.js';
import * as states from './keyring-state.js';
import type { IdentitySigner, Keyring, RowKeys } from './keyring.js';
import { importPrivateKey, keyIdOf, newPrivateSeed, publicKeyBytes, signEd25519 } from './keys.js';
import { withWriterLock } from './writer-lock.js';

export interface FileKeyringOptions {
  /** The folder of this service's private keys; nobody else may read it, no backup may copy it. */
  readonly privateDir: string;
  /** The folder in which all services publish; this one writes `<publicRoot>/<service>/day-keys.json`. */
  readonly publicRoot: string;
  readonly service: string;
}

interface Loaded {
  readonly state: states.KeyringState;
  readonly dayKeys: ReadonlyMap<Day, KeyObject>;
  readonly rowKeys: ReadonlyMap<number, RowKeys>;
  readonly identityKeys: readonly KeyObject[];
}

const SECRET_BYTES = 32;

/**
 * The keyring of one machine: for development and for a city without a key management service. Every instance of the
 * service opens it; each sees within 250 ms what another has written or destroyed.
 */
export class FileKeyring implements Keyring {
  readonly #options: FileKeyringOptions;
  readonly #file: KeyringFile;
  readonly #version: FileVersion;
  #loaded: Loaded;

  private constructor(options: FileKeyringOptions, file: KeyringFile) {
    this.#options = options;
    this.#file = file;
    this.#version = new FileVersion(file.path);
    this.#version.hasChanged('now');
    this.#loaded = load(states.decodeState(file.read()), undefined);
  }

  /** Makes the keyring with a new identity: at set-up only. @throws SealingError `keyring-exists` */
  static async create(options: FileKeyringOptions): Promise<FileKeyring> {
    mkdirSync(options.privateDir, { recursive: true, mode: 0o700 });
    const file = new KeyringFile(options.privateDir, options.service);
    return withWriterLock(options.privateDir, options.service, () => {
      if (file.exists()) throw new SealingError('keyring-exists');
      file.write(states.encodeState(states.newState(newPrivateSeed('ed25519'))), true);
      return new FileKeyring(options, file);
    });
  }

  /**
   * Opens the keyring and finishes a destruction that a killed writer left half done.
   *
   * @throws SealingError `keyring-missing`: a service never makes its own at start, lest lost keys look like a new day
   */
  static async open(options: FileKeyringOptions, onStep?: (step: WriteStep) => void): Promise<FileKeyring> {
    const file = new KeyringFile(options.privateDir, options.service, onStep);
    if (!file.exists()) throw new SealingError('keyring-missing');
    return withWriterLock(options.privateDir, options.service, () => {
      file.sweep();
      return new FileKeyring(options, file);
    });
  }

  identity(): IdentitySigner {
    const [privateKey] = this.#fresh().identityKeys as [KeyObject];
    return { keyId: keyIdOf(publicKeyBytes(privateKey)), sign: (message) => signEd25519(privateKey, message) };
  }

  identities(): readonly PinnedIdentity[] {
    return this.#fresh().identityKeys.map((key) => {
      const publicKey = publicKeyBytes(key);
      return { keyId: keyIdOf(publicKey), publicKey: toBase64url(publicKey) };
    });
  }

  dayKey(day: Day): KeyObject | undefined {
    return this.#fresh().dayKeys.get(day) ?? this.#fresh('now').dayKeys.get(day);
  }

  isDayDestroyed(day: Day): boolean {
    return day <= this.#fresh().state.deadThrough;
  }

  async ensureDayKeys(today: Day): Promise<void> {
    const newKey = (): Uint8Array => newPrivateSeed('x25519');
    if (states.turnDays(this.#fresh('now').state, today, newKey) !== undefined) {
      await this.#change((state) => states.turnDays(state, today, newKey));
    }
    if (this.#isPublished()) return;
    await this.#locked(() => publishDayKeys(this.#options, this.#entries()));
  }

  rowKeys(night: number): RowKeys | undefined {
    return this.#fresh().rowKeys.get(night) ?? this.#fresh('now').rowKeys.get(night);
  }

  async ensureRowKeys(night: number): Promise<RowKeys> {
    if (this.rowKeys(night) === undefined) {
      await this.#change((state) => states.addNight(state, night, () => randomBytes(SECRET_BYTES)));
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
    await this.#change((state) => states.addSecret(state, name, () => randomBytes(SECRET_BYTES)));
  }

  async destroySecret(name: string): Promise<void> {
    await this.#change((state) => states.removeSecret(state, name));
  }

  /** What the disk holds now: other instances write too. */
  #fresh(when: 'soon' | 'now' = 'soon'): Loaded {
    if (!this.#version.hasChanged(when)) return this.#loaded;
    try {
      this.#loaded = load(states.decodeState(this.#file.read()), this.#loaded);
    } catch (error) {
      // Asked again at the next call, instead of going on with keys that may have been destroyed.
      this.#version.forget();
      throw error;
    }
    return this.#loaded;
  }

  async #change(decide: (state: states.KeyringState) => states.StateChange | undefined): Promise<void> {
    await this.#locked(() => {
      const change = decide(states.decodeState(this.#file.read()));
      if (change !== undefined) {
        try {
          this.#file.write(states.encodeState(change.next), change.destroys);
        } finally {
          this.#version.forget();
        }
      }
      this.#fresh('now');
    });
  }

  #locked<T>(work: () => T): Promise<T> {
    return withWriterLock(this.#options.privateDir, this.#options.service, work);
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

/** Key objects of a state; those that `before` already holds are kept, so that what is cached by them stays valid. */
function load(state: states.KeyringState, before: Loaded | undefined): Loaded {
  const dayKeys = new Map<Day, KeyObject>();
  for (const day of Object.keys(state.dayKeys).sort()) {
    const text = state.dayKeys[day] as string;
    const known = before?.state.dayKeys[day] === text ? before.dayKeys.get(day) : undefined;
    dayKeys.set(day, known ?? importPrivateKey('x25519', states.keyBytes(text)));
  }
  const rowKeys = new Map<number, RowKeys>();
  for (const [night, keys] of Object.entries(state.rowKeys)) {
    rowKeys.set(Number(night), {
      seal: createSecretKey(states.keyBytes(keys.seal)),
      lookup: createSecretKey(states.keyBytes(keys.lookup)),
    });
  }
  const identityKeys = state.identities.map((seed) => importPrivateKey('ed25519', states.keyBytes(seed)));
  return { state, dayKeys, rowKeys, identityKeys };
}
