import { IsBoolean } from 'class-validator';
import { defineContract, sealedSize } from '../core/contract.js';
import { Field } from '../core/field.js';
import { IsBytes } from '../core/shapes.js';
import { factsSlice } from '../household/facts-slice.v1.js';
import { intakeMessage } from './slice-messages.js';

export class FactsSubmittedV1 {
  @Field({ data: 'pseudonym', purpose: 'applies a submission once' })
  @IsBytes(32)
  submission!: string;

  @Field({ data: 'sealed', purpose: 'a household’s facts, for eligibility alone' })
  @IsBytes(sealedSize(factsSlice))
  sealed!: string;

  @Field({ data: 'operational', purpose: 'whether the household may read the decision before somebody has seen it' })
  @IsBoolean()
  attended!: boolean;
}

export const factsSubmitted = defineContract({
  ...intakeMessage,
  name: 'intake.facts-submitted',
  consumer: 'eligibility',
  purpose: 'hand the facts slice to the service that decides',
  uniqueBy: ['submission'],
  sizeBytes: 2304,
  payload: FactsSubmittedV1,
});
