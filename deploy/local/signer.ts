import type { KeyObject } from 'node:crypto';

import type { DeviceSigner } from '#libs/household';
import { importPrivateKey, signEd25519 } from '#libs/sealing';

/** @param seed 32 bytes, base64url */
export function ed25519From(seed: string): KeyObject {
  return importPrivateKey('ed25519', Buffer.from(seed, 'base64url'));
}

/** Signs as an enrolled device or member of staff does. @param seed 32 bytes, base64url */
export function signerFrom(name: string, seed: string): DeviceSigner {
  const key = ed25519From(seed);
  return { keyId: name, sign: (message) => Promise.resolve(signEd25519(key, message)) };
}
