import { IsIn, IsInt, Max, Min, ArrayMaxSize, ArrayMinSize, IsArray } from 'class-validator';
import { services, sealedSize } from '../core/contract.js';
import { Field } from '../core/field.js';
import { IsX25519Key } from '../core/public-keys.js';
import { IsBytes, IsDayText } from '../core/shapes.js';
import { contactSlice } from '../household/contact-slice.v1.js';
import { factsSlice } from '../household/facts-slice.v1.js';
import { payoutSlice } from '../household/payout-slice.v1.js';
import { eligibilityRequest } from '../household/requests.v1.js';

/** The version of the whole set of contracts that a device was built for. */
export const CONTRACTS_VERSION = 1;

/** Body of `POST /v1/applications`. Intake can read none of the slices. */
export class SubmitApplicationV1 {
  @Field({ data: 'operational', purpose: 'which contracts the device was built for' })
  @IsInt()
  @Min(1)
  @Max(1000)
  contracts!: number;

  @Field({ data: 'pseudonym', purpose: 'same id, same answer', until: 'the day keys of its day end' })
  @IsBytes(32)
  application!: string;

  @Field({ data: 'operational', purpose: 'which day keys the slices were sealed to' })
  @IsDayText()
  day!: string;

  @Field({ data: 'key', purpose: 'seals the word "received" to the household', until: 'written once, not kept' })
  @IsX25519Key()
  receiptKey!: string;

  @Field({ data: 'sealed', purpose: 'handed to eligibility' })
  @IsBytes(sealedSize(factsSlice))
  facts!: string;

  @Field({ data: 'sealed', purpose: 'handed to payments' })
  @IsBytes(sealedSize(payoutSlice))
  payout!: string;

  /** Absent only if notification had published no key. The household can send a contact later. */
  @Field({ data: 'sealed', purpose: 'handed to notification' }, { optional: true })
  @IsBytes(sealedSize(contactSlice))
  contact?: string;
}

export const requestRecipients = services.filter((service) => service !== 'intake');
export type RequestRecipient = Exclude<(typeof services)[number], 'intake'>;

/** Body of `POST /v1/requests`. All requests have one size; the kind of a request is inside the seal. */
export class FileRequestV1 {
  @Field({ data: 'operational', purpose: 'which contracts the device was built for' })
  @IsInt()
  @Min(1)
  @Max(1000)
  contracts!: number;

  @Field({ data: 'operational', purpose: 'which service it is for' })
  @IsIn(requestRecipients)
  to!: RequestRecipient;

  @Field({ data: 'operational', purpose: 'which day key it was sealed to' })
  @IsDayText()
  day!: string;

  @Field({ data: 'sealed', purpose: 'handed to the service' })
  @IsBytes(sealedSize(eligibilityRequest))
  sealed!: string;
}

export const BOXES_PER_READ = 3;

/** Body of `POST /v1/boxes/read`: always the same number of boxes, in the body, never in a URL. */
export class ReadBoxesV1 {
  @Field({ data: 'pseudonym', purpose: 'which boxes', until: 'the answer is sent' })
  @IsArray()
  @ArrayMinSize(BOXES_PER_READ)
  @ArrayMaxSize(BOXES_PER_READ)
  @IsBytes(32, { each: true })
  boxes!: string[];
}
