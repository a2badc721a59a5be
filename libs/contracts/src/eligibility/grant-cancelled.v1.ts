import { IsIn } from 'class-validator';
import { messageClocks } from '../core/clocks.js';
import { defineContract } from '../core/contract.js';
import { Field } from '../core/field.js';
import { IsBytes, IsVersion } from '../core/shapes.js';

export const cancelReasons = ['withdrawn', 'duplicate', 'decided-again'] as const;

export class GrantCancelledV1 {
  @Field({ data: 'pseudonym', purpose: 'which grant' })
  @IsBytes(32)
  grant!: string;

  @Field({ data: 'operational', purpose: 'the higher version wins' })
  @IsVersion()
  version!: number;

  @Field({ data: 'operational', purpose: 'audit' })
  @IsIn(cancelReasons)
  reason!: (typeof cancelReasons)[number];
}

export const grantCancelled = defineContract({
  name: 'eligibility.grant-cancelled',
  producer: 'eligibility',
  consumer: 'payments',
  purpose: 'give the reservation back before anything is paid',
  uniqueBy: ['grant', 'version'],
  versionRule: 'higher-wins',
  clocks: messageClocks,
  sizeBytes: 192,
  payload: GrantCancelledV1,
});
