import { toBase64url } from '../../bytes.js';
import type { PinnedIdentity } from '../../day-key-entry.js';
import { addDays, identityOutlivesDays, type Day, type KeyLife } from '../../days.js';
import { SealingError } from '../../errors.js';
import { keyBytes, type IdentityState, type KeyringState, type StateChange } from './keyring-state.js';
import { importPrivateKey, keyIdOf, publicKeyBytes } from '../keys.js';

/** The public half of an identity key, in the form that others pin. */
export function publicIdentityOf(seed: Uint8Array): PinnedIdentity {
  const publicKey = publicKeyBytes(importPrivateKey('ed25519', seed));
  return { keyId: keyIdOf(publicKey), publicKey: toBase64url(publicKey) };
}

/** The first day on which no envelope under the identity can be alive. Undefined while it signs. */
export function mayGoOn({ replacedOn }: IdentityState, life: KeyLife): Day | undefined {
  return replacedOn === undefined ? undefined : addDays(replacedOn, identityOutlivesDays(life));
}

/** Lets a new key sign. The previous one stays valid. */
export function addIdentity(state: KeyringState, seed: Uint8Array, today: Day): StateChange {
  const [signing, ...older] = state.identities as [IdentityState];
  const identities = [{ seed: toBase64url(seed) }, { ...signing, replacedOn: today }, ...older];
  return { next: { ...state, identities }, destroys: false };
}

/**
 * Retires an old identity. The clock alone does not prove that its last envelope has expired: the day keys up to then
 * must be destroyed, which two clocks and a completed turn have vouched for.
 *
 * @throws SealingError `no-identity`, `identity-in-use`
 */
export function retireIdentity(state: KeyringState, keyId: string, today: Day, life: KeyLife): StateChange {
  const retired = state.identities.find(({ seed }) => publicIdentityOf(keyBytes(seed)).keyId === keyId);
  if (retired === undefined) throw new SealingError('no-identity');
  const from = mayGoOn(retired, life);
  const isProven = from !== undefined && state.deadThrough >= addDays(from, -life.days);
  if (from === undefined || today < from || !isProven) throw new SealingError('identity-in-use');
  return { next: { ...state, identities: state.identities.filter((each) => each !== retired) }, destroys: true };
}

/** Revokes a compromised identity. Undefined when it was revoked before. @throws SealingError `identity-in-use` */
export function revokeIdentity(state: KeyringState, keyId: string, today: Day): StateChange | undefined {
  const named = state.identities.map((each) => ({ each, identity: publicIdentityOf(keyBytes(each.seed)) }));
  const revoked = named.find(({ identity }) => identity.keyId === keyId);
  if (revoked === undefined) return undefined;
  // A keyring needs an identity that signs, so that the successor is made first.
  if (revoked.each.replacedOn === undefined) throw new SealingError('identity-in-use');
  const identities = state.identities.filter((each) => each !== revoked.each);
  const next = { ...state, identities, struck: [...state.struck, { ...revoked.identity, struckOn: today }] };
  return { next, destroys: true };
}
