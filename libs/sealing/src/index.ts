export * from './browser.js';
export { hpkeOpen, hpkeSeal, type HpkeOpening, type HpkeSealing } from './server/hpke.js';
export { hmacSha256, sha256 } from './server/hmac.js';
export {
  boxIdOfSync,
  handleOfSync,
  importPrivateKey,
  importPublicKey,
  keyIdOf,
  newPrivateSeed,
  publicKeyBytes,
  signEd25519,
  verifyCommand,
  verifyEd25519,
} from './server/keys.js';
export { openAtRest, REST_OVERHEAD_BYTES, sealAtRest } from './server/rest.js';
export { recordOverheadBytes, type RecordAddress } from './server/record-header.js';
export { SenderKeys, type RecordTarget, type SenderKeysOptions } from './server/sender-keys.js';
export {
  RecordOpener,
  type ExpectedRecord,
  type RecordOpenerOptions,
  type RecordSays,
} from './server/record-opener.js';
export type {
  IdentitySigner,
  KeyDirectory,
  Keyring,
  KeyringDescription,
  PublishedDayKey,
  RowKeys,
} from './server/keyring.js';
export type { CopiesState } from './server/keyring-copies.js';
export type { StruckIdentity } from './server/keyring-state.js';
export { resigner } from './server/resign.js';
export { keyringLayout, type KeyringLayout } from './server/keyring-layout.js';
export { FileKeyring, type FileKeyringOptions } from './server/file-keyring.js';
export { FileKeyDirectory, type FileKeyDirectoryOptions } from './server/file-key-directory.js';
export { pinsIn, readPinnedIdentities, writePinnedIdentities, type IdentityPins } from './server/pinned-identities.js';
