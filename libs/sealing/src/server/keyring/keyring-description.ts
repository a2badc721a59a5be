import type { KeyLife } from '../../days.js';
import { mayGoOn, publicIdentityOf } from './keyring-identities.js';
import { keyBytes, type KeyringState } from './keyring-state.js';
import type { KeyringDescription } from './keyring.js';

/** The part of a keyring that may be shown: names, days and nights, and no byte of a key. */
export function describe(state: KeyringState, life: KeyLife): Omit<KeyringDescription, 'replicas'> {
  const days = Object.keys(state.dayKeys).sort();
  const [first, last] = [days[0], days.at(-1)];
  return {
    identities: state.identities.map((each) => ({
      keyId: publicIdentityOf(keyBytes(each.seed)).keyId,
      signs: each.replacedOn === undefined,
      replacedOn: each.replacedOn,
      mayGoOn: mayGoOn(each, life),
    })),
    revoked: state.struck.map(({ keyId, struckOn }) => ({ keyId, revokedOn: struckOn })),
    days: first === undefined || last === undefined ? undefined : { first, last, count: days.length },
    daysDestroyedThrough: state.deadThrough,
    nights: Object.keys(state.rowKeys)
      .map(Number)
      .sort((a, b) => a - b),
    nightsDestroyedThrough: state.nightsDeadThrough,
    secrets: Object.keys(state.secrets).sort(),
  };
}
