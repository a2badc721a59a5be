import { fromBase64url } from '../bytes.js';
import {
  dayKeyMessage,
  isSignedDayKey,
  pinnedIdentityFor,
  type PinnedIdentities,
  type SignedDayKey,
} from '../day-key-entry.js';
import { verifyWith } from './webcrypto.js';

/**
 * Whether a published day key is really its service's: signed by one of the identity keys that came with the signed
 * page. Anything of a wrong form is simply not. The caller still compares `service` and `day` with what it asked for.
 */
export async function verifySignedDayKey(entry: SignedDayKey, pinned: PinnedIdentities): Promise<boolean> {
  if (!isSignedDayKey(entry)) return false;
  const identity = pinnedIdentityFor(pinned, entry.service, entry.identity);
  if (identity === undefined) return false;
  try {
    const [publicKey, signature] = [fromBase64url(identity.publicKey), fromBase64url(entry.signature)];
    return await verifyWith(publicKey, dayKeyMessage(entry), signature);
  } catch {
    return false;
  }
}
