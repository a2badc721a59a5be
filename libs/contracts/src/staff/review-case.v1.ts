import { IsArray, IsBoolean, IsIn, IsInt, Matches } from 'class-validator';
import { Field, NestedField } from '../core/field.js';
import { IsBytes, IsCents, IsCode, IsWord } from '../core/shapes.js';
import { areaFits, AttestationsV1, impactPeriods, incomeChanges, urgencies } from '../household/facts-slice.v1.js';

/** Facts of one household as a reviewer sees them: no key, no token, no reference, no service area. */
export class ReviewFactsV1 {
  @Field({ data: 'household-fact', purpose: 'which event of the profile' })
  @IsCode()
  event!: string;

  @Field({ data: 'household-fact', purpose: 'what the grant may be for' })
  @IsArray()
  @IsCode({ each: true })
  needs!: readonly string[];

  @Field({ data: 'household-fact', purpose: 'impact lies in the look-back period' })
  @Matches(impactPeriods)
  impactPeriod!: string;

  @Field({ data: 'household-fact', purpose: 'need and priority' }, { optional: true })
  @IsIn(incomeChanges)
  incomeChange?: (typeof incomeChanges)[number];

  @Field({ data: 'household-fact', purpose: 'income rule of profiles that look at a band' }, { optional: true })
  @IsBoolean()
  incomeAtOrBelow?: boolean;

  @Field({ data: 'household-fact', purpose: 'amount of profiles that pay an actual bill' }, { optional: true })
  @IsCents()
  billCents?: string;

  @Field({ data: 'household-fact', purpose: 'priority' })
  @IsArray()
  @IsIn(urgencies, { each: true })
  urgent!: readonly (typeof urgencies)[number][];

  @Field({ data: 'household-fact', purpose: 'size of the household' })
  @IsInt()
  householdSize!: number;

  @Field({ data: 'household-fact', purpose: 'residence rule' })
  @IsBoolean()
  inCity!: boolean;

  @Field({ data: 'household-fact', purpose: 'review when the border runs through' })
  @IsIn(areaFits)
  areaFit!: (typeof areaFits)[number];

  @Field({ data: 'household-fact', purpose: 'which kind of evidence was seen' })
  @IsCode()
  evidenceClass!: string;

  @NestedField({ data: 'household-fact', purpose: 'attestation rule' }, () => AttestationsV1)
  attested!: AttestationsV1;
}

export class ReviewSurroundingsV1 {
  @Field({ data: 'operational', purpose: 'most household tokens shared with one other household' })
  @IsInt()
  tokensShared!: number;

  @Field({ data: 'operational', purpose: 'other households with the same contact token' })
  @IsInt()
  contactShared!: number;
}

/** One case as eligibility shows it to a reviewer. */
export class ReviewCaseV1 {
  @Field({ data: 'pseudonym', purpose: 'names the case in the answer', until: 'the reviewer has decided' })
  @IsBytes(32)
  case!: string;

  @NestedField({ data: 'household-fact', purpose: 'what the reviewer decides about' }, () => ReviewFactsV1)
  facts!: ReviewFactsV1;

  @NestedField({ data: 'operational', purpose: 'possible duplicates' }, () => ReviewSurroundingsV1)
  around!: ReviewSurroundingsV1;

  @Field({ data: 'operational', purpose: 'an appeal goes to another reviewer' })
  @IsBoolean()
  isAppeal!: boolean;

  @Field({ data: 'operational', purpose: 'why a person looks at it' })
  @IsArray()
  @IsWord({ each: true })
  why!: readonly string[];
}
