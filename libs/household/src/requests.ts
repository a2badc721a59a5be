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
import { deriveHousehold, toBase64url } from '#libs/sealing';
import { sealSlice, signed, type DeviceSetting } from './application.js';
import { HouseholdError } from './errors.js';

const REQUESTS_MAX = 1000;

/** What a household can ask later, and of whom. */
export type Wish =
  | ({ readonly to: 'eligibility' } & Omit<EligibilityRequestV1, keyof RequestV1>)
  | ({ readonly to: 'payments' } & Omit<PaymentsRequestV1, keyof RequestV1>)
  | ({ readonly to: 'notification' } & Omit<NotificationRequestV1, keyof RequestV1>);

const contractOf = {
  eligibility: eligibilityRequest,
  payments: paymentsRequest,
  notification: notificationRequest,
} as const;

/**
 * Signs and seals a later request.
 *
 * @param n one more than the highest number that the box of that service reports
 * @throws HouseholdError `no-more-requests`, `no-day-key`, `other-contracts`
 */
export async function prepareRequest(
  receipt: string,
  { wish, n }: { readonly wish: Wish; readonly n: number },
  setting: DeviceSetting,
): Promise<FileRequestV1> {
  if (n > REQUESTS_MAX) throw new HouseholdError('no-more-requests');
  const household = await deriveHousehold(receipt);
  const { to, ...asked } = wish;
  const keys = household.at[to];
  const contract = contractOf[to];
  const payload = await signed(keys, contract, setting.day, { ...asked, commandKey: toBase64url(keys.commandKey), n });
  const sealed = await sealSlice(setting, contract, payload as never);
  return { contracts: CONTRACTS_VERSION, to, day: setting.day, sealed };
}
