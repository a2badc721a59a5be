import { defineContract, sealedSize } from '../core/contract.js';
import { Field } from '../core/field.js';
import { IsBytes } from '../core/shapes.js';
import { contactSlice } from '../household/contact-slice.v1.js';
import { intakeMessage } from './slice-messages.js';

export class ContactGivenV1 {
  @Field({ data: 'pseudonym', purpose: 'applies a submission once' })
  @IsBytes(32)
  submission!: string;

  @Field({ data: 'sealed', purpose: 'a household’s contact choice, for notification alone' })
  @IsBytes(sealedSize(contactSlice))
  sealed!: string;
}

export const contactGiven = defineContract({
  ...intakeMessage,
  name: 'intake.contact-given',
  consumer: 'notification',
  purpose: 'hand the contact slice to the service that sends texts',
  uniqueBy: ['submission'],
  sizeBytes: 1216,
  payload: ContactGivenV1,
});
