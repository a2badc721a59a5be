import { describe, it } from '@jest/globals';

import { bodiesOf, expectSpoiledBodiesRefused, expectWrongValuesRefused } from '../../../test/support/bad-bodies.js';
import { NotificationModule } from '../src/notification.module.js';

const examples = {};

describe('the bodies of notification', () => {
  const accepted = bodiesOf(NotificationModule, examples);

  it('are refused in 10,000 spoiled forms, at every route that takes one', () => {
    expectSpoiledBodiesRefused(accepted);
  });

  it('are refused with a wrong value in any field', () => {
    expectWrongValuesRefused(accepted);
  });
});
