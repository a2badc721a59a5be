import { serviceSecrets, type Service } from '#libs/contracts';
import { hmacSha256, type Keyring } from '#libs/sealing';

/** A keyed hash under one long-lived secret, 32 bytes: for ids that say nothing elsewhere. Parts are told apart. */
export type KeyedHash = (...parts: readonly (string | number | Uint8Array)[]) => Uint8Array;

type SecretName = (typeof serviceSecrets)[Service][number];

const tokens = new Map<string, symbol>();

/** The provider of the hash under a secret of the service. Only a service's `pseudonyms.ts` may ask for it. */
export function keyedHash(secret: SecretName): symbol {
  const known = tokens.get(secret) ?? Symbol(`keyed hash: ${secret}`);
  tokens.set(secret, known);
  return known;
}

/** @throws SealingError `no-secret` when it is used and the secret is gone: another key would give other ids */
export function hashUnder(keyring: Pick<Keyring, 'secret'>, secret: string): KeyedHash {
  return (...parts) => hmacSha256(keyring.secret(secret), ...parts);
}
