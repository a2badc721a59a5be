import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { messageClocks } from '../core/clocks.js';
import { defineContract } from '../core/contract.js';
import { Field, NestedField } from '../core/field.js';
import { IsBytes, IsCents, IsCode, IsVersion } from '../core/shapes.js';

/** The words of the decision trace. A free word could say who a household is. */
export const decisionRules = [
  'a-person-decided',
  'attested',
  'period-fits',
  'income-in-band',
  'income-down',
  'cannot-cover',
  'rapid-on-attestation',
  'standard-on-evidence',
] as const;
export type DecisionRule = (typeof decisionRules)[number];

export const grantKinds = ['rapid', 'standard'] as const;

/** The decision trace: what an auditor needs to follow the money back to the rule. It holds no person. */
export class DecisionTraceV1 {
  @Field({ data: 'operational', purpose: 'which policy was applied' })
  @IsBytes(32)
  profileHash!: string;

  @Field({ data: 'operational', purpose: 'which rules said yes' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(8)
  @IsIn(decisionRules, { each: true })
  rules!: DecisionRule[];

  @Field({ data: 'operational', purpose: 'which kind of evidence was seen', list: 'evidenceClasses' })
  @IsCode()
  evidenceClass!: string;

  @Field({ data: 'operational', purpose: 'rotating pseudonym of who decided, where a person did' }, { optional: true })
  @Matches(/^[A-Z0-9]{8}$/)
  reviewer?: string;
}

export class GrantAwardedV1 {
  @Field({ data: 'pseudonym', purpose: 'pays a grant once' })
  @IsBytes(32)
  grant!: string;

  @Field({ data: 'pseudonym', purpose: 'finds the payout choice that the household signed' })
  @IsBytes(32)
  household!: string;

  @Field({ data: 'pseudonym', purpose: 'a household is paid for one case, whatever other cases name it' })
  @IsBytes(32)
  caseRef!: string;

  @Field({ data: 'operational', purpose: 'release rules differ by kind' })
  @IsIn(grantKinds)
  kind!: (typeof grantKinds)[number];

  @Field({ data: 'payout', purpose: 'what is paid' })
  @IsCents()
  amountCents!: string;

  @Field({ data: 'household-fact', purpose: 'which funds may pay', list: 'needs' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(7)
  @IsCode({ each: true })
  needs!: string[];

  @Field({ data: 'operational', purpose: 'order of the waiting list' })
  @IsInt()
  @Min(1)
  @Max(9)
  tier!: number;

  @Field({
    data: 'household-fact',
    purpose: 'reports by area of several hundred thousand people',
    list: 'serviceAreas',
  })
  @Matches(/^[A-Za-z]{2,20}$/)
  serviceArea!: string;

  @Field({ data: 'operational', purpose: 'cancelling is final: the higher version wins' })
  @IsVersion()
  version!: number;

  @NestedField({ data: 'operational', purpose: 'audit' }, () => DecisionTraceV1)
  stub!: DecisionTraceV1;
}

export const grantAwarded = defineContract({
  name: 'eligibility.grant-awarded',
  producer: 'eligibility',
  consumer: 'payments',
  purpose: 'reserve the fund and pay',
  uniqueBy: ['grant'],
  versionRule: 'once',
  clocks: messageClocks,
  sizeBytes: 896,
  payload: GrantAwardedV1,
});
