import { describe, it } from '@jest/globals';

import { bodiesOf, expectSpoiledBodiesRefused, expectWrongValuesRefused } from '../../../test/support/bad-bodies.js';
import { PaymentsModule } from '../src/payments.module.js';

const examples = {
  ApproveBatch: { batch: '5f7c1b0e-3f0a-4c57-9a51-0a4d5c2f7f10', digest: 'A'.repeat(43) },
  LiftFreeze: { digest: 'A'.repeat(43), accept: true },
  ResolveDispute: { reference: 'A'.repeat(43), resolution: 'paid' },
};

describe('the bodies of payments', () => {
  const accepted = bodiesOf(PaymentsModule, examples);

  it('are refused in 10,000 spoiled forms, at every route that takes one', () => {
    expectSpoiledBodiesRefused(accepted);
  });

  it('are refused with a wrong value in any field', () => {
    expectWrongValuesRefused(accepted);
  });
});
