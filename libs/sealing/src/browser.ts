export { SealingError, type SealingErrorCode } from './errors.js';
export { canonicalBytes, concatBytes, fromBase64url, toBase64url, type Part } from './bytes.js';
export type { Day, KeyLife } from './days.js';
export {
  boxBinding,
  codeBinding,
  HPKE_OVERHEAD_BYTES,
  sliceAad,
  sliceBinding,
  sliceInfo,
  type Binding,
  type SealedName,
  type SliceBinding,
} from './binding.js';
export type { PinnedIdentities, PinnedIdentity, SignedDayKey } from './day-key-entry.js';
export {
  newReceipt,
  parsePickupCode,
  parseReceipt,
  receiptTail,
  type ParsedPickupCode,
  type ParsedReceipt,
} from './device/receipt.js';
export {
  boxIdOf,
  deriveHousehold,
  householdRefOf,
  householdServices,
  type Household,
  type HouseholdService,
  type ServiceKeys,
} from './device/household.js';
export { sealTo, type BoxOpening, type DeviceSealing } from './device/hpke.js';
export { verifySignedDayKey } from './device/verify-day-key.js';
