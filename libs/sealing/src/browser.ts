export { SealingError, type SealingErrorCode } from './errors.js';
export { canonicalBytes, concatBytes, fromBase64url, toBase64url, type Part } from './bytes.js';
export { DAY_KEY_DAYS, DAY_KEYS_AHEAD, type Day } from './days.js';
export { sliceAad, sliceInfo, type SliceBinding } from './binding.js';
export type { PinnedIdentities, PinnedIdentity, SignedDayKey } from './day-key-entry.js';
