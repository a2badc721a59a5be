import { serviceSecrets, type Service } from '#libs/contracts';
import { hmacSha256, type Keyring } from '#libs/sealing';

/**
 * A keyed hash under one long-lived secret, 32 bytes, for ids that mean nothing elsewhere. The boundaries between the
 * parts count.
 */
export type KeyedHash = (...parts: readonly (string | number | Uint8Array)[]) => Uint8Array;

type SecretName = (typeof serviceSecrets)[Service][number];

const tokens = new Map<string, symbol>();

/** The provider of the hash under a secret of the service. Only the service's `pseudonyms.ts` may inject it. */
export function keyedHash(secret: SecretName): symbol {
  const known = tokens.get(secret) ?? Symbol(`keyed hash: ${secret}`);
  tokens.set(secret, known);
  return known;
}

/** @throws SealingError `no-secret` at use if the secret is missing: another secret would give other ids */
export function hashUnder(keyring: Pick<Keyring, 'secret'>, secret: string): KeyedHash {
  return (...parts) => hmacSha256(keyring.secret(secret), ...parts);
}
