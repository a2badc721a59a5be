import { fromBase64url } from '../../bytes.js';
import { addDays, type Day, type KeyLife } from '../../days.js';
import { SealingError } from '../../errors.js';
import type { Keyring } from '../keyring/keyring.js';
import type { RevokedIdentity } from '../keyring/keyring-state.js';
import { importPublicKey, verifyEd25519 } from '../keys.js';
import {
  encodePrefix,
  encodeUnsigned,
  headerMessage,
  parseHeader,
  splitEnvelope,
  unsignedPart,
  type EnvelopeHeader,
} from './envelope-header.js';

/**
 * Signs anew what a revoked identity has signed: the header alone. What it wraps and the body stay as they are, so no
 * key is needed that a producer no longer has.
 *
 * Only envelopes that carry the revoked key's own signature, for days until it was revoked: whoever can write to the
 * outbox cannot have anything else signed this way.
 *
 * @returns for an envelope the one to send, which is mostly the same; undefined when no identity was ever revoked
 */
export function resigner(
  keyring: Pick<Keyring, 'identity' | 'revokedIdentities'>,
  life: Pick<KeyLife, 'recordAheadDays'>,
): ((envelope: Uint8Array) => Uint8Array) | undefined {
  const revoked = new Map(keyring.revokedIdentities().map((each) => [each.keyId, lastSigned(each, life)]));
  if (revoked.size === 0) return undefined;
  // Many envelopes share a header.
  const signed = new Map<string, Uint8Array>();
  return (envelope) => {
    const { prefix, nonce, body } = partsOf(envelope) ?? {};
    if (prefix === undefined || nonce === undefined || body === undefined) return envelope;
    const header = parseHeader(prefix);
    const by = revoked.get(header.identity);
    if (by === undefined || !isItsOwn(by, header, prefix)) return envelope;
    const name = Buffer.from(prefix).toString('latin1');
    const anew = signed.get(name) ?? signAnew(header, keyring);
    signed.set(name, anew);
    return Buffer.concat([anew, nonce, body]);
  };
}

function signAnew(header: EnvelopeHeader, keyring: Pick<Keyring, 'identity'>): Uint8Array {
  const signer = keyring.identity();
  const unsigned = encodeUnsigned({ ...header, identity: signer.keyId });
  return encodePrefix(unsigned, signer.sign(headerMessage(unsigned)));
}

interface LastSigned {
  readonly publicKey: string;
  /** The last day that an envelope can carry which it had signed when it was revoked. */
  readonly lastDay: Day;
}

function lastSigned({ publicKey, struckOn }: RevokedIdentity, life: Pick<KeyLife, 'recordAheadDays'>): LastSigned {
  return { publicKey, lastDay: addDays(struckOn, life.recordAheadDays) };
}

function isItsOwn({ publicKey, lastDay }: LastSigned, header: EnvelopeHeader, prefix: Uint8Array): boolean {
  if (header.day > lastDay) return false;
  const key = importPublicKey('ed25519', fromBase64url(publicKey));
  return verifyEd25519(key, headerMessage(unsignedPart(prefix)), header.signature);
}

/** What is no envelope at all is sent as it is: its consumer parks it. */
function partsOf(envelope: Uint8Array): ReturnType<typeof splitEnvelope> | undefined {
  try {
    const parts = splitEnvelope(envelope);
    parseHeader(parts.prefix);
    return parts;
  } catch (error) {
    if (error instanceof SealingError) return undefined;
    throw error;
  }
}
