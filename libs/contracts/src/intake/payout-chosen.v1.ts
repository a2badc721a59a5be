import { IsIn } from 'class-validator';
import { defineContract, sealedSize } from '../core/contract.js';
import { Field } from '../core/field.js';
import { IsBytes, IsCode } from '../core/shapes.js';
import { payoutSlice } from '../household/payout-slice.v1.js';
import { intakeMessage, lanes, type Lane } from './slice-messages.js';

export class PayoutChosenV1 {
  @Field({ data: 'pseudonym', purpose: 'applies a submission once' })
  @IsBytes(32)
  submission!: string;

  @Field({ data: 'sealed', purpose: 'a household’s payout choice, for payments alone' })
  @IsBytes(sealedSize(payoutSlice))
  sealed!: string;

  @Field({ data: 'operational', purpose: 'presence decides about release, never about the grant' })
  @IsIn(lanes)
  lane!: Lane;

  @Field({ data: 'operational', purpose: 'caps of automatic release per site' }, { optional: true })
  @IsCode()
  site?: string;
}

export const payoutChosen = defineContract({
  ...intakeMessage,
  name: 'intake.payout-chosen',
  consumer: 'payments',
  purpose: 'hand the payout slice to the service that pays',
  uniqueBy: ['submission'],
  sizeBytes: 1280,
  payload: PayoutChosenV1,
});
