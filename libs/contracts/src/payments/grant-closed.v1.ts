import { IsIn } from 'class-validator';
import { messageClocks } from '../core/clocks.js';
import { defineContract } from '../core/contract.js';
import { Field } from '../core/field.js';
import { IsBytes } from '../core/shapes.js';

export const grantEnds = ['paid', 'cancelled', 'returned', 'expired'] as const;

export class GrantClosedV1 {
  @Field({ data: 'pseudonym', purpose: 'which grant' })
  @IsBytes(32)
  grant!: string;

  @Field({ data: 'operational', purpose: 'lets the case be closed and forgotten' })
  @IsIn(grantEnds)
  ended!: (typeof grantEnds)[number];
}

export const grantClosed = defineContract({
  name: 'payments.grant-closed',
  producer: 'payments',
  consumer: 'eligibility',
  purpose: 'close the case and forget it',
  uniqueBy: ['grant'],
  versionRule: 'once',
  clocks: messageClocks,
  sizeBytes: 128,
  payload: GrantClosedV1,
});
