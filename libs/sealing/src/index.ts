export * from './browser.js';
export { sealToBox, type BoxLetter } from './server/hpke/box.js';
export { hpkeOpen, hpkeSeal, type HpkeOpening, type HpkeSealing } from './server/hpke/hpke.js';
export { bytes, hex } from './server/encoding.js';
export { hmacSha256, sha256 } from './server/hmac.js';
export {
  boxIdOfSync,
  householdRefOfSync,
  importPrivateKey,
  importPublicKey,
  keyIdOf,
  newPrivateSeed,
  publicKeyBytes,
  signEd25519,
  verifyCommand,
  verifyEd25519,
} from './server/keys.js';
export { shuffled } from './server/shuffled.js';
export { openAtRest, REST_OVERHEAD_BYTES, sealAtRest } from './server/rest.js';
export { envelopeOverheadBytes, type EnvelopeAddress } from './server/envelope/envelope-header.js';
export { SenderKeys, type EnvelopeTarget, type SenderKeysOptions } from './server/envelope/sender-keys.js';
export {
  EnvelopeOpener,
  type ExpectedEnvelope,
  type EnvelopeOpenerOptions,
  type EnvelopeClaims,
} from './server/envelope/envelope-opener.js';
export type {
  IdentitySigner,
  KeyDirectory,
  Keyring,
  KeyringDescription,
  PublishedDayKey,
  RowKeys,
} from './server/keyring/keyring.js';
export type { CopiesState } from './server/keyring/keyring-copies.js';
export type { RevokedIdentity } from './server/keyring/keyring-state.js';
export { resigner } from './server/envelope/resign.js';
export { keyringLayout, type KeyringLayout } from './server/keyring/keyring-layout.js';
export { FileKeyring, type FileKeyringOptions } from './server/keyring/file-keyring.js';
export { FileKeyDirectory, type FileKeyDirectoryOptions } from './server/keyring/file-key-directory.js';
export {
  pinsIn,
  readPinnedIdentities,
  writePinnedIdentities,
  type IdentityPins,
} from './server/keyring/pinned-identities.js';
