import { IsIn } from 'class-validator';
import { defineContract, sealedSize } from '../core/contract.js';
import { Field } from '../core/field.js';
import { IsBytes, IsCode } from '../core/shapes.js';
import { paymentsRequest } from '../household/requests.v1.js';
import { intakeMessage, lanes, type Lane } from './slice-messages.js';

export class PaymentsRequestFiledV1 {
  @Field({ data: 'pseudonym', purpose: 'applies a request once' })
  @IsBytes(32)
  request!: string;

  @Field({ data: 'sealed', purpose: 'a household’s request, for payments alone' })
  @IsBytes(sealedSize(paymentsRequest))
  sealed!: string;

  @Field({ data: 'operational', purpose: 'presence decides about release, never about the grant' })
  @IsIn(lanes)
  lane!: Lane;

  @Field({ data: 'operational', purpose: 'caps of automatic release per site' }, { optional: true })
  @IsCode()
  site?: string;
}

export const paymentsRequestFiled = defineContract({
  ...intakeMessage,
  name: 'intake.payments-request-filed',
  consumer: 'payments',
  purpose: 'hand a later request to the service that pays',
  uniqueBy: ['request'],
  sizeBytes: 1088,
  payload: PaymentsRequestFiledV1,
});
