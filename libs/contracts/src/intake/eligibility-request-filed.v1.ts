import { defineContract, sealedSize } from '../core/contract.js';
import { Field } from '../core/field.js';
import { IsBytes } from '../core/shapes.js';
import { eligibilityRequest } from '../household/requests.v1.js';
import { intakeMessage } from './slice-messages.js';

export class EligibilityRequestFiledV1 {
  @Field({ data: 'pseudonym', purpose: 'applies a request once' })
  @IsBytes(32)
  request!: string;

  @Field({ data: 'sealed', purpose: 'a household’s request, for eligibility alone' })
  @IsBytes(sealedSize(eligibilityRequest))
  sealed!: string;
}

export const eligibilityRequestFiled = defineContract({
  ...intakeMessage,
  name: 'intake.eligibility-request-filed',
  consumer: 'eligibility',
  purpose: 'hand a later request to the service that decides',
  uniqueBy: ['request'],
  sizeBytes: 1024,
  payload: EligibilityRequestFiledV1,
});
