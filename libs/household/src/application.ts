import {
  areListed,
  commandBytes,
  CONTRACTS_VERSION,
  contactSlice,
  encodePayload,
  factsSlice,
  payoutSlice,
  type CodeLists,
  type ContactChoiceV1,
  type Day,
  type DirectoryV1,
  type FactsSliceV1,
  type PayeeV1,
  type PayloadOf,
  type SealedContract,
  type SubmitApplicationV1,
} from '#libs/contracts';
import {
  deriveHousehold,
  fromBase64url,
  receiptTail,
  sealTo,
  sliceBinding,
  toBase64url,
  verifySignedDayKey,
  type Household,
  type PinnedIdentities,
  type ServiceKeys,
} from '#libs/sealing';
import { HouseholdError } from './errors.js';
import { cutTokens, type TypedForTokens } from './tokens.js';

/** A household's answers. Codes come from the city's profile; only `typed` and the contact are typed by hand. */
export interface Answers {
  readonly typed: TypedForTokens;
  readonly facts: Omit<
    FactsSliceV1,
    'commandKey' | 'receiptKey' | 'paymentsHandle' | 'linkToken' | 'tokens' | 'previousTokens'
  >;
  readonly payout: { readonly way: string; readonly payee?: PayeeV1 };
  readonly contact: ContactChoiceV1;
}

/** The part of a device's state that is not the household's: keys to seal to, pinned keys, codes, the day. */
export interface DeviceSetting {
  /** From the city's profile: `codeListsOf`. */
  readonly lists: CodeLists;
  readonly directory: DirectoryV1;
  readonly pinned: PinnedIdentities;
  readonly day: Day;
}

/** A household's keys, with the receipt they were derived from. */
export interface ReceiptHolder {
  readonly receipt: string;
  readonly household: Household;
}

/**
 * Cuts an application into three slices, each sealed to the one service that needs it. The contact is left out if the
 * directory has no key of notification for the day: texts must not stop money. The household can send it later.
 *
 * @returns the body of `POST /v1/applications`. The same receipt and answers give another body with the same number.
 * @throws HouseholdError `no-day-key`, `other-contracts`, `unknown-code`; ContractError if an answer does not fit
 */
export async function prepareApplication(
  receipt: string,
  answers: Answers,
  setting: DeviceSetting,
): Promise<SubmitApplicationV1> {
  return sealApplication({ receipt, household: await deriveHousehold(receipt) }, answers, setting);
}

/** `prepareApplication` for a caller that has the keys already: deriving them takes most of the time. */
export async function sealApplication(
  { receipt, household }: ReceiptHolder,
  answers: Answers,
  setting: DeviceSetting,
): Promise<SubmitApplicationV1> {
  const [facts, payout, contact] = await Promise.all([
    sealFacts(household, answers, setting),
    sealPayout(household, answers, setting),
    sealContact(household, { answers, tail: receiptTail(receipt) }, setting),
  ]);
  return {
    contracts: CONTRACTS_VERSION,
    application: toBase64url(household.applicationId),
    day: setting.day,
    receiptKey: toBase64url(household.at.intake.receiptKey),
    facts,
    payout,
    ...(contact === undefined ? {} : { contact }),
  };
}

async function sealFacts(household: Household, answers: Answers, setting: DeviceSetting): Promise<string> {
  const { cycle } = setting.directory;
  const keys = household.at.eligibility;
  const [tokens, previousTokens] = await Promise.all(
    [cycle.salt, cycle.previousSalt].map((salt) => cutTokens(answers.typed, fromBase64url(salt))),
  );
  return sealSlice(setting, factsSlice, {
    ...answers.facts,
    commandKey: toBase64url(keys.commandKey),
    receiptKey: toBase64url(keys.receiptKey),
    paymentsHandle: toBase64url(household.at.payments.householdRef),
    linkToken: toBase64url(household.linkTokens.eligibility),
    tokens: tokens ?? {},
    previousTokens: previousTokens ?? {},
  });
}

async function sealPayout(household: Household, { payout }: Answers, setting: DeviceSetting): Promise<string> {
  const keys = household.at.payments;
  const slice = await signed(keys, payoutSlice, setting.day, {
    commandKey: toBase64url(keys.commandKey),
    receiptKey: toBase64url(keys.receiptKey),
    linkToken: toBase64url(household.linkTokens.payments),
    way: payout.way,
    pickupCode: household.pickupCode,
    ...(payout.payee === undefined ? {} : { payee: payout.payee }),
  });
  return sealSlice(setting, payoutSlice, slice);
}

async function sealContact(
  household: Household,
  { answers, tail }: { answers: Answers; tail: string },
  setting: DeviceSetting,
): Promise<string | undefined> {
  if (keyFor(contactSlice, setting) === undefined) return undefined;
  const keys = household.at.notification;
  const slice = await signed(keys, contactSlice, setting.day, {
    commandKey: toBase64url(keys.commandKey),
    ...linksOf(household, tail),
    contact: answers.contact,
  });
  return sealSlice(setting, contactSlice, slice);
}

/** What names the household to notification. */
export function linksOf({ linkTokens }: Household, tail: string) {
  return {
    eligibilityLink: toBase64url(linkTokens.eligibility),
    paymentsLink: toBase64url(linkTokens.payments),
    tail,
  };
}

/** Adds the household's signature. */
export async function signed<P extends object>(
  keys: ServiceKeys,
  contract: SealedContract,
  day: Day,
  payload: P,
): Promise<P & { signature: string }> {
  const signature = await keys.sign(commandBytes(contract, day, payload));
  return { ...payload, signature: toBase64url(signature) };
}

/**
 * Seals to the day key of the contract's consumer.
 * @throws HouseholdError `no-day-key`, `other-contracts`, `unknown-code`
 */
export async function sealSlice<C extends SealedContract>(
  setting: DeviceSetting,
  contract: C,
  payload: PayloadOf<C>,
): Promise<string> {
  const { directory, lists, pinned, day } = setting;
  if (directory.contracts !== CONTRACTS_VERSION) throw new HouseholdError('other-contracts');
  if (!areListed(contract.payload, payload, lists)) throw new HouseholdError('unknown-code');
  const entry = keyFor(contract, setting);
  if (entry === undefined || !(await verifySignedDayKey(entry, pinned))) throw new HouseholdError('no-day-key');
  const sealed = await sealTo({
    recipientKey: fromBase64url(entry.publicKey),
    ...sliceBinding(contract, day),
    plaintext: encodePayload(contract, payload),
  });
  return toBase64url(sealed);
}

function keyFor({ consumer }: SealedContract, { directory, day }: DeviceSetting) {
  return directory.dayKeys.find((key) => key.service === consumer && key.day === day);
}
