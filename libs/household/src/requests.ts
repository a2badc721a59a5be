import {
  CONTRACTS_VERSION,
  eligibilityRequest,
  notificationRequest,
  paymentsRequest,
  type EligibilityRequestV1,
  type FileRequestV1,
  type NotificationRequestV1,
  type PaymentsRequestV1,
  type RequestV1,
} from '#libs/contracts';
import { deriveHousehold, receiptTail, toBase64url, type Household } from '#libs/sealing';
import { linksOf, sealSlice, signed, type DeviceSetting, type ReceiptHolder } from './application.js';
import type { Messages } from './boxes.js';
import { HouseholdError } from './errors.js';

const REQUESTS_MAX = 1000;

/** The requests that a household can make later, and the service that each is for. */
export type Wish =
  | ({ readonly to: 'eligibility' } & Omit<EligibilityRequestV1, keyof RequestV1>)
  | ({ readonly to: 'payments' } & Omit<PaymentsRequestV1, keyof RequestV1 | keyof WholeChoice>)
  | ({ readonly to: 'notification' } & Omit<NotificationRequestV1, keyof RequestV1 | keyof WholeContact>);

/** The fields with which a change of contact also stands for a first one that was never sent. */
type WholeContact = Required<Pick<NotificationRequestV1, 'eligibilityLink' | 'paymentsLink' | 'tail'>>;

/** The fields with which a change of payout method also replaces a first choice that never arrived. */
type WholeChoice = Required<Pick<PaymentsRequestV1, 'receiptKey' | 'linkToken' | 'pickupCode'>>;

const contractOf = {
  eligibility: eligibilityRequest,
  payments: paymentsRequest,
  notification: notificationRequest,
} as const;

/**
 * Signs and seals a later request.
 *
 * @param n one more than the highest number that the box of that service reports
 * @throws HouseholdError `no-more-requests`, `no-day-key`, `other-contracts`, `unknown-code`
 */
export async function prepareRequest(
  receipt: string,
  asked: { readonly wish: Wish; readonly n: number },
  setting: DeviceSetting,
): Promise<FileRequestV1> {
  if (asked.n > REQUESTS_MAX) throw new HouseholdError('no-more-requests');
  return sealRequest({ receipt, household: await deriveHousehold(receipt) }, asked, setting);
}

/**
 * Signs and seals a withdrawal to every service that holds data of the household. Each service acts on its own copy and
 * waits for no other. A withdrawal wins whatever its number is.
 *
 * @param messages as they were read from the boxes
 * @throws HouseholdError `no-day-key`, `other-contracts`
 */
export async function prepareWithdrawal(
  receipt: string,
  { eligibility, payments }: Messages,
  setting: DeviceSetting,
): Promise<readonly FileRequestV1[]> {
  const household = { receipt, household: await deriveHousehold(receipt) };
  const after = (highest = 0): number => Math.min(highest + 1, REQUESTS_MAX);
  return Promise.all([
    sealRequest(
      household,
      { wish: { to: 'eligibility', kind: 'withdraw' }, n: after(eligibility?.highestRequest) },
      setting,
    ),
    sealRequest(household, { wish: { to: 'payments', kind: 'withdraw' }, n: after(payments?.highestRequest) }, setting),
    sealRequest(household, { wish: { to: 'notification', kind: 'stop' }, n: after() }, setting),
  ]);
}

async function sealRequest(
  { receipt, household }: ReceiptHolder,
  { wish, n }: { readonly wish: Wish; readonly n: number },
  setting: DeviceSetting,
): Promise<FileRequestV1> {
  const { to, ...asked } = wish;
  const keys = household.at[to];
  const contract = contractOf[to];
  const choice = wish.kind === 'payout-change' ? wholeChoiceOf(household) : {};
  const links = wish.kind === 'contact-change' ? linksOf(household, receiptTail(receipt)) : {};
  const commandKey = toBase64url(keys.commandKey);
  const payload = await signed(keys, contract, setting.day, { ...asked, ...choice, ...links, commandKey, n });
  const sealed = await sealSlice(setting, contract, payload as never);
  return { contracts: CONTRACTS_VERSION, to, day: setting.day, sealed };
}

function wholeChoiceOf({ at, linkTokens, pickupCode }: Household): WholeChoice {
  return {
    receiptKey: toBase64url(at.payments.receiptKey),
    linkToken: toBase64url(linkTokens.payments),
    pickupCode,
  };
}
