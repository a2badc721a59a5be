export {
  prepareApplication,
  sealApplication,
  type Answers,
  type DeviceSetting,
  type ReceiptHolder,
} from './application.js';
export { boxesOf, openBoxes, openCodes, statusOf, type Messages, type ReadyCode, type ShownStatus } from './boxes.js';
export { Door, type DoorOptions } from './door.js';
export { HouseholdError, type HouseholdErrorCode } from './errors.js';
export { signatureHeaders, staffSignatureHeaders, type DeviceSigner } from './request-signature.js';
export { prepareRequest, prepareWithdrawal, type Wish } from './requests.js';
export { cutTokens, normalContact, normalDwelling, soundOf, type TypedForTokens } from './tokens.js';
// What else a device needs, so that a page imports this library alone.
export { codeListsOf } from '#libs/policy/public';
export { deriveHousehold, newReceipt, parseReceipt, receiptTail, type Household } from '#libs/sealing';
