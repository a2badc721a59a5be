import { canonicalBytes, fromBase64url } from './bytes.js';
import { isDay, type Day } from './days.js';

/** A service's public day key as it is published: JSON, bytes in base64url, signed by the service's identity key. */
export interface SignedDayKey {
  readonly service: string;
  readonly day: Day;
  /** X25519, 32 bytes */
  readonly publicKey: string;
  /** `keyId` of the identity key that signed */
  readonly identity: string;
  /** Ed25519, 64 bytes */
  readonly signature: string;
}

/** A service's public identity key. `publicKey`: Ed25519, 32 bytes, base64url. */
export interface PinnedIdentity {
  readonly keyId: string;
  readonly publicKey: string;
}

/** Per service the identity keys that are valid now: one, or two while one replaces the other. */
export type PinnedIdentities = Readonly<Record<string, readonly PinnedIdentity[]>>;

/** An identity key's name is the first eight bytes of the SHA-256 of the public key, so a name cannot be reassigned. */
export const KEY_ID_BYTES = 8;

/** The bytes that the identity key signs for a day key. */
export function dayKeyMessage(entry: Omit<SignedDayKey, 'signature'>): Uint8Array<ArrayBuffer> {
  return canonicalBytes('day-key/v1', [entry.service, entry.day, fromBase64url(entry.publicKey), entry.identity]);
}

export function isSignedDayKey(value: unknown): value is SignedDayKey {
  return (
    hasTexts(value, ['service', 'day', 'publicKey', 'identity', 'signature']) &&
    isDay(value['day']) &&
    isBytes(value['publicKey'], 32) &&
    isBytes(value['identity'], KEY_ID_BYTES) &&
    isBytes(value['signature'], 64)
  );
}

export function isPinnedIdentities(value: unknown): value is PinnedIdentities {
  return isObject(value) && Object.values(value).every((list) => Array.isArray(list) && list.every(isPinnedIdentity));
}

/** The identity that `entry` names among those pinned for its service. */
export function pinnedIdentityFor(
  pinned: PinnedIdentities,
  service: string,
  keyId: string,
): PinnedIdentity | undefined {
  if (!Object.hasOwn(pinned, service)) return undefined;
  return pinned[service]?.find((identity) => identity.keyId === keyId);
}

function isPinnedIdentity(value: unknown): value is PinnedIdentity {
  return (
    hasTexts(value, ['keyId', 'publicKey']) && isBytes(value['keyId'], KEY_ID_BYTES) && isBytes(value['publicKey'], 32)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasTexts<K extends string>(value: unknown, names: readonly K[]): value is Record<K, string> {
  return isObject(value) && names.every((name) => typeof value[name] === 'string');
}

function isBytes(text: string, size: number): boolean {
  try {
    return fromBase64url(text).length === size;
  } catch {
    return false;
  }
}
