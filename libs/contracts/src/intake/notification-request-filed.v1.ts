import { defineContract, sealedSize } from '../core/contract.js';
import { Field } from '../core/field.js';
import { IsBytes } from '../core/shapes.js';
import { notificationRequest } from '../household/requests.v1.js';
import { intakeMessage } from './slice-messages.js';

export class NotificationRequestFiledV1 {
  @Field({ data: 'pseudonym', purpose: 'applies a request once' })
  @IsBytes(32)
  request!: string;

  @Field({ data: 'sealed', purpose: 'a household’s request, for notification alone' })
  @IsBytes(sealedSize(notificationRequest))
  sealed!: string;
}

export const notificationRequestFiled = defineContract({
  ...intakeMessage,
  name: 'intake.notification-request-filed',
  consumer: 'notification',
  purpose: 'hand a later request to the service that sends texts',
  uniqueBy: ['request'],
  sizeBytes: 1024,
  payload: NotificationRequestFiledV1,
});
