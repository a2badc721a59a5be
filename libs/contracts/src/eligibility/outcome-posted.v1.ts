import { messageClocks } from '../core/clocks.js';
import { defineContract } from '../core/contract.js';
import { eligibilityBoxMessage } from '../household/box-message.v1.js';
import { outcomePostedOf, OUTCOME_POSTED_SIZE_BYTES } from '../household/outcome-posted.js';

export class EligibilityOutcomePostedV1 extends outcomePostedOf(eligibilityBoxMessage) {}

export const eligibilityOutcomePosted = defineContract({
  name: 'eligibility.outcome-posted',
  producer: 'eligibility',
  consumer: 'intake',
  purpose: 'let the household read what was decided',
  uniqueBy: ['box', 'version'],
  namedByDevice: true,
  versionRule: 'higher-wins',
  clocks: messageClocks,
  sizeBytes: OUTCOME_POSTED_SIZE_BYTES,
  payload: EligibilityOutcomePostedV1,
});
