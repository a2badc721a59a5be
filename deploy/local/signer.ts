import { createPrivateKey, sign, type KeyObject } from 'node:crypto';

import type { DeviceSigner } from '#libs/household';

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @param seed 32 bytes, base64url */
export function ed25519From(seed: string): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519, Buffer.from(seed, 'base64url')]),
    format: 'der',
    type: 'pkcs8',
  });
}

/** Signs as an enrolled device or member of staff does. @param seed 32 bytes, base64url */
export function signerFrom(name: string, seed: string): DeviceSigner {
  const key = ed25519From(seed);
  return { keyId: name, sign: (message) => Promise.resolve(sign(null, message, key)) };
}
