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
 * Signs the headers of a revoked identity again. The wrapped key and the body do not change, so that the producer needs
 * no key that it no longer has.
 *
 * It signs only envelopes with a valid signature of the revoked key, for days up to the revocation. A writer to the
 * outbox gets no signature on anything else.
 *
 * @returns a function from an envelope to the envelope to send, mostly the same; undefined without a revoked identity
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
  /** The last day of an envelope that the key can have signed before its revocation. */
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

/** Undefined for bytes that are no envelope. They are sent unchanged, and the consumer parks them. */
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
