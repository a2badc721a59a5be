import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { defineSealed } from '../core/contract.js';
import { Field, NestedField } from '../core/field.js';
import { IsEd25519Key, IsX25519Key } from '../core/public-keys.js';
import { IsBytes, IsCents, IsCode } from '../core/shapes.js';

export const incomeChanges = ['stopped', 'cut-by-half-or-more', 'new-costs-only', 'no-change'] as const;
export const urgencies = ['notice-7-days', 'no-food', 'medicine-or-infant'] as const;
/** A week or a month, never a day: `2026-W46`, `2026-11`. */
export const impactPeriods = /^\d{4}-(W(0[1-9]|[1-4]\d|5[0-3])|(0[1-9]|1[0-2]))$/;
export const areaFits = ['inside', 'partial', 'edge'] as const;

/** Numbers only: no name, birth date or relation of anyone. */
export class AgeBandsV1 {
  @Field({ data: 'household-fact', purpose: 'size of the household' })
  @IsInt()
  @Min(0)
  @Max(20)
  to5!: number;

  @Field({ data: 'household-fact', purpose: 'size of the household' })
  @IsInt()
  @Min(0)
  @Max(20)
  to17!: number;

  @Field({ data: 'household-fact', purpose: 'size of the household' })
  @IsInt()
  @Min(0)
  @Max(20)
  to64!: number;

  @Field({ data: 'household-fact', purpose: 'size of the household' })
  @IsInt()
  @Min(0)
  @Max(20)
  over64!: number;
}

/** Residence without an address: the kind of evidence that was seen, never its content. */
export class ResidenceV1 {
  @Field({ data: 'household-fact', purpose: 'residence rule' })
  @IsBoolean()
  inCity!: boolean;

  @Field({
    data: 'household-fact',
    purpose: 'reports by area of several hundred thousand people',
    list: 'serviceAreas',
  })
  @Matches(/^[A-Za-z]{2,20}$/)
  serviceArea!: string;

  @Field({ data: 'household-fact', purpose: 'which kind of evidence was seen', list: 'evidenceClasses' })
  @IsCode()
  evidenceClass!: string;

  @Field({ data: 'household-fact', purpose: 'review when the border runs through' })
  @IsIn(areaFits)
  areaFit!: (typeof areaFits)[number];
}

export class AttestationsV1 {
  @Field({ data: 'household-fact', purpose: 'attestation rule' })
  @IsBoolean()
  residence!: boolean;

  @Field({ data: 'household-fact', purpose: 'attestation rule' })
  @IsBoolean()
  impact!: boolean;

  @Field({ data: 'household-fact', purpose: 'attestation rule' })
  @IsBoolean()
  need!: boolean;

  @Field({ data: 'household-fact', purpose: 'attestation rule' })
  @IsBoolean()
  honesty!: boolean;
}

/**
 * Cut on the device to 16 or 20 bits, so that each one fits many households. The original values stay on the device.
 */
export class HouseholdTokensV1 {
  @Field(
    { data: 'pseudonym', purpose: 'duplicate review', until: 'end of the cycle and its cap window' },
    { optional: true },
  )
  @IsInt()
  @Min(0)
  @Max(0xffff)
  nameAndDay?: number;

  @Field(
    { data: 'pseudonym', purpose: 'duplicate review', until: 'end of the cycle and its cap window' },
    { optional: true },
  )
  @IsInt()
  @Min(0)
  @Max(0xfffff)
  contact?: number;

  @Field(
    { data: 'pseudonym', purpose: 'duplicate review', until: 'end of the cycle and its cap window' },
    { optional: true },
  )
  @IsInt()
  @Min(0)
  @Max(0xffff)
  dwelling?: number;
}

/** The household's statements about itself. Eligibility alone opens them. */
export class FactsSliceV1 {
  @Field({ data: 'key', purpose: 'verifies later requests' })
  @IsEd25519Key()
  commandKey!: string;

  @Field({ data: 'key', purpose: 'seals answers to the household' })
  @IsX25519Key()
  receiptKey!: string;

  @Field({ data: 'pseudonym', purpose: 'names the household to payments' })
  @IsBytes(32)
  paymentsHandle!: string;

  @Field({ data: 'pseudonym', purpose: 'names the household to notification' })
  @IsBytes(32)
  linkToken!: string;

  @Field({ data: 'household-fact', purpose: 'which event of the profile', list: 'events' })
  @IsCode()
  event!: string;

  @Field({ data: 'household-fact', purpose: 'statistics of impact, never a rule', list: 'impactTypes' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(5)
  @ArrayUnique()
  @IsCode({ each: true })
  impacts!: string[];

  @Field({ data: 'household-fact', purpose: 'what the grant may be for', list: 'needs' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(7)
  @ArrayUnique()
  @IsCode({ each: true })
  needs!: string[];

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
  @ArrayMaxSize(3)
  @ArrayUnique()
  @IsIn(urgencies, { each: true })
  urgent!: (typeof urgencies)[number][];

  @NestedField({ data: 'household-fact', purpose: 'size of the household' }, () => AgeBandsV1)
  bands!: AgeBandsV1;

  @NestedField({ data: 'household-fact', purpose: 'residence rule' }, () => ResidenceV1)
  residence!: ResidenceV1;

  @NestedField({ data: 'household-fact', purpose: 'attestation rule' }, () => AttestationsV1)
  attested!: AttestationsV1;

  @NestedField({ data: 'pseudonym', purpose: 'duplicate review' }, () => HouseholdTokensV1)
  tokens!: HouseholdTokensV1;

  @NestedField({ data: 'pseudonym', purpose: 'duplicate review across the change of cycle' }, () => HouseholdTokensV1)
  previousTokens!: HouseholdTokensV1;
}

export const factsSlice = defineSealed({
  name: 'household.facts-slice',
  producer: 'household',
  consumer: 'eligibility',
  purpose: 'decide by the program profile',
  retention: 'until the case is closed; never in clear outside the case record',
  sizeBytes: 1536,
  payload: FactsSliceV1,
});
