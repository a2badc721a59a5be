import { describe, it } from '@jest/globals';

import { bodiesOf, expectSpoiledBodiesRefused, expectWrongValuesRefused } from '../../../test/support/bad-bodies.js';
import { EligibilityModule } from '../src/eligibility.module.js';

const examples = {
  ResolveCase: { case: 'A'.repeat(43), verdict: 'approve' },
};

describe('the bodies of eligibility', () => {
  const accepted = bodiesOf(EligibilityModule, examples);

  it('are refused in 10,000 spoiled forms, at every route that takes one', () => {
    expectSpoiledBodiesRefused(accepted);
  });

  it('are refused with a wrong value in any field', () => {
    expectWrongValuesRefused(accepted);
  });
});
