import { fromBase64url, toBase64url } from '../../bytes.js';
import type { PinnedIdentity } from '../../day-key-entry.js';
import { addDays, isDay, type Day, type KeyLife } from '../../days.js';
import { SealingError } from '../../errors.js';

/** The content of a keyring file, with private bytes in base64url. It is replaced as a whole. */
export interface KeyringState {
  readonly format: 2;
  /** Rises by one with each change. The higher version of two copies is valid. */
  readonly version: number;
  /** Newest first. The first one signs. */
  readonly identities: readonly IdentityState[];
  /** Revoked public keys, with the day of their revocation. */
  readonly struck: readonly RevokedIdentity[];
  /** X25519 private bytes by day */
  readonly dayKeys: Readonly<Record<Day, string>>;
  /** The latest day whose key is destroyed by the clock, also when this keyring never had it. */
  readonly deadThrough: Day;
  readonly rowKeys: Readonly<Record<string, { readonly seal: string; readonly lookup: string }>>;
  /** The latest night whose keys were destroyed; -1 for none */
  readonly nightsDeadThrough: number;
  readonly secrets: Readonly<Record<string, string>>;
}

export interface IdentityState {
  /** Ed25519 seed */
  readonly seed: string;
  /** The day on which a newer identity began to sign. Absent while this one signs. */
  readonly replacedOn?: Day;
}

/** A compromised identity key, and the day of its revocation. The file calls revoked keys `struck`. */
export type RevokedIdentity = PinnedIdentity & { readonly struckOn: Day };

/** The next state. `destroys`: it has fewer keys, so that it must be written under a new master key. */
export interface StateChange {
  readonly next: KeyringState;
  readonly destroys: boolean;
}

/** In a new keyring: nothing was destroyed. The first day keys then mark the days before them as over. */
const NO_DAY: Day = '0000-00-00';
const NAME = /^[a-z0-9][a-z0-9./-]{0,99}$/;

export function newState(identitySeed: Uint8Array): KeyringState {
  return {
    format: 2,
    version: 1,
    identities: [{ seed: toBase64url(identitySeed) }],
    struck: [],
    dayKeys: {},
    deadThrough: NO_DAY,
    rowKeys: {},
    nightsDeadThrough: -1,
    secrets: {},
  };
}

/**
 * Makes the day keys of `today` and the days ahead. It removes none.
 *
 * A clock that ran ahead may have destroyed keys for good. When it is right again, the days get new keys, which open
 * nothing that was sealed to the old ones.
 */
export function addDayKeys(
  state: KeyringState,
  today: Day,
  life: KeyLife,
  newKey: () => Uint8Array,
): StateChange | undefined {
  const isMarkedAnew = state.deadThrough === NO_DAY || state.deadThrough >= today;
  const deadThrough = isMarkedAnew ? addDays(today, -life.days) : state.deadThrough;
  const dayKeys: Record<Day, string> = { ...state.dayKeys };
  for (let ahead = 0; ahead <= life.aheadDays; ahead += 1) dayKeys[addDays(today, ahead)] ??= toBase64url(newKey());
  const creates = Object.keys(dayKeys).length > Object.keys(state.dayKeys).length;
  if (!creates && !isMarkedAnew) return undefined;
  return { next: { ...state, dayKeys, deadThrough }, destroys: false };
}

/** Removes the day keys whose life has ended by `today`. A clock that lags removes nothing. */
export function removeDayKeys(state: KeyringState, today: Day, life: KeyLife): StateChange | undefined {
  const end = addDays(today, -life.days);
  const living = Object.entries(state.dayKeys).filter(([day]) => day > end);
  const destroys = living.length < Object.keys(state.dayKeys).length;
  if (!destroys && end <= state.deadThrough) return undefined;
  const deadThrough = end > state.deadThrough ? end : state.deadThrough;
  return { next: { ...state, dayKeys: Object.fromEntries(living), deadThrough }, destroys };
}

/** @throws SealingError `key-destroyed` */
export function addNight(state: KeyringState, night: number, newKey: () => Uint8Array): StateChange | undefined {
  if (!Number.isSafeInteger(night) || night < 0) throw new SealingError('malformed');
  if (state.rowKeys[night] !== undefined) return undefined;
  if (night <= state.nightsDeadThrough) throw new SealingError('key-destroyed');
  const keys = { seal: toBase64url(newKey()), lookup: toBase64url(newKey()) };
  return { next: { ...state, rowKeys: { ...state.rowKeys, [night]: keys } }, destroys: false };
}

export function removeNight(state: KeyringState, night: number): StateChange | undefined {
  const { [String(night)]: removed, ...rowKeys } = state.rowKeys;
  const nightsDeadThrough = Math.max(night, state.nightsDeadThrough);
  if (removed === undefined && nightsDeadThrough === state.nightsDeadThrough) return undefined;
  return { next: { ...state, rowKeys, nightsDeadThrough }, destroys: removed !== undefined };
}

/** @throws SealingError `secret-exists` */
export function addSecret(state: KeyringState, name: string, newKey: () => Uint8Array): StateChange {
  if (!NAME.test(name)) throw new SealingError('malformed');
  if (Object.hasOwn(state.secrets, name)) throw new SealingError('secret-exists');
  return { next: { ...state, secrets: { ...state.secrets, [name]: toBase64url(newKey()) } }, destroys: false };
}

export function removeSecret(state: KeyringState, name: string): StateChange | undefined {
  if (!Object.hasOwn(state.secrets, name)) return undefined;
  const { [name]: _removed, ...secrets } = state.secrets;
  return { next: { ...state, secrets }, destroys: true };
}

export function encodeState(state: KeyringState): Buffer {
  return Buffer.from(JSON.stringify(state));
}

/** @throws SealingError `keyring-damaged` */
export function decodeState(bytes: Buffer): KeyringState {
  // A writer of this file has the master key. The checks find accidents, not attacks.
  const read = JSON.parse(bytes.toString()) as KeyringState | FirstFormat;
  const state = read.format === 1 ? fromFirstFormat(read) : read;
  const daysFit = Object.keys(state.dayKeys).every(isDay);
  if (state.format !== 2 || state.identities.length === 0 || !daysFit) throw new SealingError('keyring-damaged');
  return state;
}

/** The first format of the file, without replaced identities. */
type FirstFormat = Omit<KeyringState, 'format' | 'version' | 'identities' | 'struck'> & {
  readonly format: 1;
  readonly identities: readonly string[];
};

function fromFirstFormat({ identities, ...rest }: FirstFormat): KeyringState {
  return { ...rest, format: 2, version: 0, identities: identities.map((seed) => ({ seed })), struck: [] };
}

export function keyBytes(text: string): Buffer {
  return Buffer.from(fromBase64url(text));
}
