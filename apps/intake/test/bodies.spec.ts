import { describe, it } from '@jest/globals';

import {
  base64urlLength,
  contactSlice,
  eligibilityRequest,
  factsSlice,
  payoutSlice,
  sealedSize,
} from '#libs/contracts';

import { bodiesOf, expectSpoiledBodiesRefused, expectWrongValuesRefused } from '../../../test/support/bad-bodies.js';
import { IntakeModule } from '../src/intake.module.js';

const bytes = (count: number): string => 'A'.repeat(base64urlLength(count));
const examples = {
  SubmitApplicationV1: {
    contracts: 1,
    application: bytes(32),
    day: '2026-11-01',
    // The base point of the curve (RFC 7748, 4.1).
    receiptKey: `CQ${'A'.repeat(41)}`,
    facts: bytes(sealedSize(factsSlice)),
    payout: bytes(sealedSize(payoutSlice)),
    contact: bytes(sealedSize(contactSlice)),
  },
  FileRequestV1: { contracts: 1, to: 'payments', day: '2026-11-01', sealed: bytes(sealedSize(eligibilityRequest)) },
  ReadBoxesV1: { boxes: [bytes(32), bytes(32), bytes(32)] },
};

describe('the bodies of intake', () => {
  const accepted = bodiesOf(IntakeModule, examples);

  it('are refused in 10,000 spoiled forms, at every route that takes one', () => {
    expectSpoiledBodiesRefused(accepted);
  });

  it('are refused with a wrong value in any field', () => {
    expectWrongValuesRefused(accepted);
  });
});
