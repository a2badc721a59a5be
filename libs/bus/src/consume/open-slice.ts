import {
  commandBytes,
  ContractError,
  decodePayload,
  type Day,
  type PayloadOf,
  type SealedContract,
} from '#libs/contracts';
import { householdRefOfSync, hpkeOpen, SealingError, sliceBinding, verifyCommand, type Keyring } from '#libs/sealing';

export type SliceFailure = 'slice-not-opened' | 'slice-not-valid' | 'slice-key-gone' | 'slice-not-signed';

/** The opened and verified content that a household sealed to this service, or the code to park its message under. */
export type OpenedSlice<P> =
  | { readonly ok: true; readonly payload: P; readonly householdRef: Uint8Array }
  | { readonly ok: false; readonly code: SliceFailure };

/** Opens slices with the day keys of one service, without showing the keys. */
export type SliceOpener = <C extends SealedContract>(
  contract: C,
  slice: { readonly day: Day; readonly sealed: string },
) => OpenedSlice<PayloadOf<C>>;

/**
 * Opens a slice or request with the day's key, checks it against its contract, and verifies its signature if it has
 * one. The household reference is the hash of the command key inside, so nobody can speak for a household without its
 * command key.
 */
export function openSlice<C extends SealedContract>(
  keyring: Pick<Keyring, 'dayKey'>,
  contract: C,
  { day, sealed }: { readonly day: Day; readonly sealed: string },
): OpenedSlice<PayloadOf<C>> {
  const privateKey = keyring.dayKey(day);
  if (privateKey === undefined) return { ok: false, code: 'slice-key-gone' };
  try {
    const plaintext = hpkeOpen({
      privateKey,
      ...sliceBinding(contract, day),
      sealed: Buffer.from(sealed, 'base64url'),
    });
    const payload = decodePayload(contract, plaintext);
    const { commandKey, signature } = payload as { commandKey: string; signature?: string };
    const key = Buffer.from(commandKey, 'base64url');
    if (signature !== undefined) {
      const isOwn = verifyCommand(key, commandBytes(contract, day, payload), Buffer.from(signature, 'base64url'));
      if (!isOwn) return { ok: false, code: 'slice-not-signed' };
    }
    return { ok: true, payload, householdRef: householdRefOfSync(key) };
  } catch (error) {
    if (error instanceof ContractError) return { ok: false, code: 'slice-not-valid' };
    if (error instanceof SealingError && !error.canRetry) return { ok: false, code: 'slice-not-opened' };
    throw error;
  }
}
