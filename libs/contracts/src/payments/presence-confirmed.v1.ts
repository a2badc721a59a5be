import { messageClocks } from '../core/clocks.js';
import { defineContract } from '../core/contract.js';
import { Field } from '../core/field.js';
import { IsBytes } from '../core/shapes.js';

export class PresenceConfirmedV1 {
  @Field({ data: 'pseudonym', purpose: 'finds the case whose facts name this household' })
  @IsBytes(32)
  household!: string;
}

export const presenceConfirmed = defineContract({
  name: 'payments.presence-confirmed',
  producer: 'payments',
  consumer: 'eligibility',
  purpose: 'let a household that applied from home read what was decided, now that somebody has seen it',
  uniqueBy: ['household'],
  namedByDevice: true,
  versionRule: 'once',
  clocks: messageClocks,
  sizeBytes: 128,
  payload: PresenceConfirmedV1,
});
