import { ArrayMaxSize, IsArray, IsIn, IsInt, Max, Min } from 'class-validator';
import { defineSealed, HPKE_OVERHEAD_BYTES } from '../core/contract.js';
import { Field, NestedListField } from '../core/field.js';
import { IsBytes, IsCents, IsCode, IsDayText, IsVersion, IsWord } from '../core/shapes.js';

/**
 * Every state of a household has a word, for which the page has a sentence, so that no household is left without an
 * answer.
 */
export const boxStatuses = [
  'received',
  'being-looked-at',
  'show-something',
  'approved',
  'come-and-confirm',
  'tell-us-how-to-pay',
  'ask-a-person',
  'waiting-list',
  'ready-to-collect',
  'collected',
  'not-approved',
  'apply-again',
  'closed',
] as const;
export type BoxStatus = (typeof boxStatuses)[number];

/** Size of a collection code before sealing, padded with spaces, and after. */
export const CODE_BYTES = 32;
export const SEALED_CODE_BYTES = CODE_BYTES + HPKE_OVERHEAD_BYTES;

/** One instrument that is ready: the code to show or type to collect it. */
export class ReadyItemV1 {
  @Field({ data: 'payout', purpose: 'which kind of instrument' })
  @IsCode()
  way!: string;

  @Field({ data: 'payout', purpose: 'how much it holds' })
  @IsCents()
  amountCents!: string;

  @Field({
    data: 'sealed',
    purpose: 'collects the money; sealed once more, so that what payments keeps it cannot read',
  })
  @IsBytes(SEALED_CODE_BYTES)
  code!: string;
}

/** A service's message to the household, sealed to a key that only the receipt can derive. */
export class BoxMessageV1 {
  @Field({ data: 'operational', purpose: 'where the case stands' })
  @IsIn(boxStatuses)
  status!: BoxStatus;

  @Field({ data: 'operational', purpose: 'the higher version is the present one' })
  @IsVersion()
  version!: number;

  @Field({ data: 'operational', purpose: 'why, as codes that the page turns into sentences' })
  @IsArray()
  @ArrayMaxSize(6)
  @IsWord({ each: true })
  reasons!: string[];

  @Field({ data: 'operational', purpose: 'after this day the reader says what to do next' })
  @IsDayText()
  lastDay!: string;

  @Field({ data: 'operational', purpose: 'the next request carries one more' })
  @IsInt()
  @Min(0)
  @Max(1000)
  highestRequest!: number;

  @Field({ data: 'payout', purpose: 'how much was granted or is being paid' }, { optional: true })
  @IsCents()
  amountCents?: string;

  @NestedListField({ data: 'payout', purpose: 'what is ready to collect' }, () => ReadyItemV1, 4)
  ready!: ReadyItemV1[];
}

const box = {
  consumer: 'household',
  retention: 'in its box until its last day, readable with the receipt alone',
  sizeBytes: 1280,
  payload: BoxMessageV1,
} as const;

export const intakeBoxMessage = defineSealed({
  ...box,
  name: 'intake.box-message',
  producer: 'intake',
  purpose: 'say that the application arrived',
});
export const eligibilityBoxMessage = defineSealed({
  ...box,
  name: 'eligibility.box-message',
  producer: 'eligibility',
  purpose: 'say what was decided',
});
export const paymentsBoxMessage = defineSealed({
  ...box,
  name: 'payments.box-message',
  producer: 'payments',
  purpose: 'say how the money comes',
});
