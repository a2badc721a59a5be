import { messageClocks } from '../core/clocks.js';
import { defineContract } from '../core/contract.js';
import { paymentsBoxMessage } from '../household/box-message.v1.js';
import { outcomePostedOf, OUTCOME_POSTED_SIZE_BYTES } from '../household/outcome-posted.js';

export class PaymentsOutcomePostedV1 extends outcomePostedOf(paymentsBoxMessage) {}

export const paymentsOutcomePosted = defineContract({
  name: 'payments.outcome-posted',
  producer: 'payments',
  consumer: 'intake',
  purpose: 'let the household read how the money comes',
  uniqueBy: ['box', 'version'],
  namedByDevice: true,
  versionRule: 'higher-wins',
  clocks: messageClocks,
  sizeBytes: OUTCOME_POSTED_SIZE_BYTES,
  payload: PaymentsOutcomePostedV1,
});
