import type { KeyObject } from 'node:crypto';
import { fromBase64url } from '../../bytes.js';
import { dayKeyMessage, type PinnedIdentities, type SignedDayKey } from '../../day-key-entry.js';
import type { Day } from '../../days.js';
import { dayKeyFile, publishedDayKeys } from './day-key-file.js';
import { FileVersion } from './file-version.js';
import type { KeyDirectory, PublishedDayKey } from './keyring.js';
import { importPublicKey, keyIdOf, verifyEd25519 } from '../keys.js';
import { readPinnedIdentities } from './pinned-identities.js';

export interface FileKeyDirectoryOptions {
  /** The folder in which all services publish their day keys. Anybody may write there, so that all is verified. */
  readonly publicRoot: string;
  /** The JSON file of the pinned identity keys, written at set-up: see `writePinnedIdentities`. */
  readonly pinnedIdentitiesPath: string;
}

interface ServiceKeys {
  readonly version: FileVersion;
  entries: readonly SignedDayKey[];
  byDay: ReadonlyMap<Day, PublishedDayKey>;
}

/** Finds the public keys of other services in a folder. It verifies each once and caches it until the file changes. */
export class FileKeyDirectory implements KeyDirectory {
  readonly #options: FileKeyDirectoryOptions;
  readonly #pinsVersion: FileVersion;
  readonly #services = new Map<string, ServiceKeys>();
  #pins: PinnedIdentities = {};
  #identityKeys: ReadonlyMap<string, KeyObject> = new Map();

  /** @throws SealingError `pins-unreadable` */
  constructor(options: FileKeyDirectoryOptions) {
    this.#options = options;
    this.#pinsVersion = new FileVersion(options.pinnedIdentitiesPath);
    this.#refreshPins();
  }

  dayKeyOf(service: string, day: Day): PublishedDayKey | undefined {
    return this.#keysOf(service, 'soon').byDay.get(day) ?? this.#keysOf(service, 'now').byDay.get(day);
  }

  identityKey(service: string, keyId: string): KeyObject | undefined {
    this.#refreshPins();
    const name = `${service} ${keyId}`;
    const known = this.#identityKeys.get(name);
    if (known !== undefined) return known;
    // The identity may have begun to sign a moment ago.
    this.#refreshPins('now');
    return this.#identityKeys.get(name);
  }

  entries(): readonly SignedDayKey[] {
    this.#refreshPins();
    return Object.keys(this.#pins).flatMap((service) => this.#keysOf(service, 'soon').entries);
  }

  #keysOf(service: string, when: 'soon' | 'now'): ServiceKeys {
    this.#refreshPins();
    const known = this.#services.get(service) ?? this.#unread(service);
    if (!known.version.hasChanged(when)) return known;
    const published = publishedDayKeys({ publicRoot: this.#options.publicRoot, service });
    // A new identity is pinned before it signs, so that the pins are read after the keys.
    this.#refreshPins('now');
    known.entries = published.filter((entry) => this.#isGenuine(service, entry));
    known.byDay = new Map(
      known.entries.map((entry) => {
        const publicKey = fromBase64url(entry.publicKey);
        return [entry.day, { publicKey, keyId: keyIdOf(publicKey) }];
      }),
    );
    return known;
  }

  #unread(service: string): ServiceKeys {
    const version = new FileVersion(dayKeyFile({ publicRoot: this.#options.publicRoot, service }));
    const unread: ServiceKeys = { version, entries: [], byDay: new Map() };
    // Only pinned services are cached. Other names come from outside, and there may be any number of them.
    if (Object.hasOwn(this.#pins, service)) this.#services.set(service, unread);
    return unread;
  }

  #isGenuine(service: string, entry: SignedDayKey): boolean {
    const identity = this.#identityKeys.get(`${entry.service} ${entry.identity}`);
    if (identity === undefined || entry.service !== service) return false;
    return verifyEd25519(identity, dayKeyMessage(entry), fromBase64url(entry.signature));
  }

  #refreshPins(when: 'soon' | 'now' = 'soon'): void {
    if (!this.#pinsVersion.hasChanged(when)) return;
    try {
      this.#pins = readPinnedIdentities(this.#options.pinnedIdentitiesPath);
    } catch (error) {
      this.#pinsVersion.forget();
      throw error;
    }
    const keys = new Map<string, KeyObject>();
    for (const [service, identities] of Object.entries(this.#pins)) {
      for (const { keyId, publicKey } of identities) {
        keys.set(`${service} ${keyId}`, importPublicKey('ed25519', fromBase64url(publicKey)));
      }
    }
    this.#identityKeys = keys;
    // The keys that a revoked identity has signed are dropped with it.
    this.#services.clear();
  }
}
