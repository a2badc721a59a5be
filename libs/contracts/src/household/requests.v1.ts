import { IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { defineSealed } from '../core/contract.js';
import { Field, NestedField } from '../core/field.js';
import { IsEd25519Key, IsX25519Key } from '../core/public-keys.js';
import { IsBytes, IsCode } from '../core/shapes.js';
import { ContactChoiceV1 } from './contact-slice.v1.js';
import { PayeeV1 } from './payout-slice.v1.js';

export const eligibilityRequestKinds = ['evidence-shown', 'appeal', 'withdraw'] as const;
export const paymentsRequestKinds = ['payout-change', 'presence', 'withdraw'] as const;
export const notificationRequestKinds = ['contact-change', 'stop', 'unsafe'] as const;

/** A later request of a household. It can be verified even before the slice of the same household arrives. */
export class RequestV1 {
  @Field({ data: 'key', purpose: 'names the household here and verifies the signature' })
  @IsEd25519Key()
  commandKey!: string;

  @Field({ data: 'operational', purpose: 'the higher number wins' })
  @IsInt()
  @Min(1)
  @Max(1000)
  n!: number;

  @Field({ data: 'key', purpose: 'by the command key, over everything else here and the day' })
  @IsBytes(64)
  signature!: string;
}

export class EligibilityRequestV1 extends RequestV1 {
  @Field({ data: 'operational', purpose: 'what is asked' })
  @IsIn(eligibilityRequestKinds)
  kind!: (typeof eligibilityRequestKinds)[number];

  @Field(
    { data: 'household-fact', purpose: 'which kind of evidence was seen', list: 'evidenceClasses' },
    { optional: true },
  )
  @IsCode()
  evidenceClass?: string;
}

export class PaymentsRequestV1 extends RequestV1 {
  @Field({ data: 'operational', purpose: 'what is asked' })
  @IsIn(paymentsRequestKinds)
  kind!: (typeof paymentsRequestKinds)[number];

  @Field({ data: 'payout', purpose: 'the new payout method', list: 'payoutMethods' }, { optional: true })
  @IsCode()
  way?: string;

  @NestedField({ data: 'payout', purpose: 'payment of a bill' }, () => PayeeV1, { optional: true })
  payee?: PayeeV1;

  /**
   * Together with the next two fields, a change replaces the first choice completely, for a household whose first
   * choice never arrived.
   */
  @Field({ data: 'key', purpose: 'seals codes and answers to the household' }, { optional: true })
  @IsX25519Key()
  receiptKey?: string;

  @Field({ data: 'pseudonym', purpose: 'names the household to notification' }, { optional: true })
  @IsBytes(32)
  linkToken?: string;

  @Field(
    { data: 'payout', purpose: 'checked when something is picked up; kept only as a keyed hash' },
    { optional: true },
  )
  @Matches(/^[0-9A-HJKMNP-TV-Z]{8}$/)
  pickupCode?: string;
}

export class NotificationRequestV1 extends RequestV1 {
  @Field({ data: 'operational', purpose: 'what is asked' })
  @IsIn(notificationRequestKinds)
  kind!: (typeof notificationRequestKinds)[number];

  @NestedField({ data: 'contact', purpose: 'the new way to be reached' }, () => ContactChoiceV1, { optional: true })
  contact?: ContactChoiceV1;

  /** With the next two fields, a change also stands for a contact slice that was never sent. */
  @Field({ data: 'pseudonym', purpose: 'names the household when eligibility has news' }, { optional: true })
  @IsBytes(32)
  eligibilityLink?: string;

  @Field({ data: 'pseudonym', purpose: 'names the household when payments has news' }, { optional: true })
  @IsBytes(32)
  paymentsLink?: string;

  @Field(
    { data: 'pseudonym', purpose: 'last symbols of the number, so that the household knows which one is meant' },
    { optional: true },
  )
  @Matches(/^[0-9A-HJKMNP-TV-Z]{3}$/)
  tail?: string;
}

const requestSizeBytes = 640;
const retention = 'until it is applied, or no slice of the household can come any more';

export const eligibilityRequest = defineSealed({
  name: 'household.eligibility-request',
  producer: 'household',
  consumer: 'eligibility',
  purpose: 'evidence shown, appeal, withdrawal',
  retention,
  sizeBytes: requestSizeBytes,
  payload: EligibilityRequestV1,
});

export const paymentsRequest = defineSealed({
  name: 'household.payments-request',
  producer: 'household',
  consumer: 'payments',
  purpose: 'tell again how to be paid, confirm presence, withdraw',
  retention,
  sizeBytes: requestSizeBytes,
  payload: PaymentsRequestV1,
});

export const notificationRequest = defineSealed({
  name: 'household.notification-request',
  producer: 'household',
  consumer: 'notification',
  purpose: 'change or stop contact',
  retention,
  sizeBytes: requestSizeBytes,
  payload: NotificationRequestV1,
});
