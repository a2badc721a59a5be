import { fromBase64url, toBase64url } from '../../bytes.js';
import type { PinnedIdentity } from '../../day-key-entry.js';
import { addDays, isDay, type Day, type KeyLife } from '../../days.js';
import { SealingError } from '../../errors.js';

/** Everything a file keyring holds; private bytes in base64url. Replaced as a whole, never changed in place. */
export interface KeyringState {
  readonly format: 2;
  /** One higher with each change: of two copies the higher one is what counts. */
  readonly version: number;
  /** Newest first; the first one signs. */
  readonly identities: readonly IdentityState[];
  /** Public keys that must never be believed again, with what they had signed until then. */
  readonly struck: readonly RevokedIdentity[];
  /** X25519 private bytes by day */
  readonly dayKeys: Readonly<Record<Day, string>>;
  /** The latest day that is over by the clock, whether this keyring held its key or not */
  readonly deadThrough: Day;
  readonly rowKeys: Readonly<Record<string, { readonly seal: string; readonly lookup: string }>>;
  /** The latest night whose keys were destroyed; -1 for none */
  readonly nightsDeadThrough: number;
  readonly secrets: Readonly<Record<string, string>>;
}

export interface IdentityState {
  /** Ed25519 seed */
  readonly seed: string;
  /** The day on which a newer one began to sign; absent while it signs itself. */
  readonly replacedOn?: Day;
}

/** A compromised identity key, and the day of its revocation. The file calls revoked keys `struck`. */
export type RevokedIdentity = PinnedIdentity & { readonly struckOn: Day };

/** A next state. `destroys`: keys are gone from it, so it must be written under a new master key. */
export interface StateChange {
  readonly next: KeyringState;
  readonly destroys: boolean;
}

const NAME = /^[a-z0-9][a-z0-9./-]{0,99}$/;

export function newState(identitySeed: Uint8Array): KeyringState {
  return {
    format: 2,
    version: 1,
    identities: [{ seed: toBase64url(identitySeed) }],
    struck: [],
    dayKeys: {},
    deadThrough: '0000-00-00',
    rowKeys: {},
    nightsDeadThrough: -1,
    secrets: {},
  };
}

/**
 * The days whose keys are to exist on `today`: those ahead are made, those behind kept until they die.
 *
 * A clock that ran ahead has destroyed keys that nobody can bring back; once it is right again the days are given new
 * ones, which open nothing that was sealed to the old. A clock that lags destroys nothing.
 */
export function rollDays(
  state: KeyringState,
  today: Day,
  life: KeyLife,
  newKey: () => Uint8Array,
): StateChange | undefined {
  const clock = addDays(today, -life.days);
  const hasRunAhead = state.deadThrough >= today;
  const deadThrough = hasRunAhead || clock > state.deadThrough ? clock : state.deadThrough;
  const living = Object.entries(state.dayKeys).filter(([day]) => day > clock);
  const destroys = living.length < Object.keys(state.dayKeys).length;
  const dayKeys: Record<Day, string> = Object.fromEntries(living);
  for (let ahead = 0; ahead <= life.aheadDays; ahead += 1) dayKeys[addDays(today, ahead)] ??= toBase64url(newKey());
  const creates = Object.keys(dayKeys).length > living.length;
  if (!destroys && !creates && deadThrough === state.deadThrough) return undefined;
  return { next: { ...state, dayKeys, deadThrough }, destroys };
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
  // Whoever can write this file holds the master key: only accidents are looked for, not attacks.
  const read = JSON.parse(bytes.toString()) as KeyringState | FirstFormat;
  const state = read.format === 1 ? fromFirstFormat(read) : read;
  const daysFit = Object.keys(state.dayKeys).every(isDay);
  if (state.format !== 2 || state.identities.length === 0 || !daysFit) throw new SealingError('keyring-damaged');
  return state;
}

/** Keyrings from before identities could be replaced. */
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
