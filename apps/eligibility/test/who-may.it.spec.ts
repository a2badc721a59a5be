import { expect, it } from '@jest/globals';
import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { routesOfEveryService, whoMay } from '../../../test/support/who-may.js';
import { EligibilityModule, eligibility } from '../src/eligibility.module.js';

/** Who may call each route. A new route, or another role, is a decision. */
const table = {
  'main POST /v1/review/next': ['reviewer'],
  'main POST /v1/review/resolve': ['reviewer'],
};

it('each route admits those whom the table names, and refuses everybody else', async () => {
  const keyrings = await TestKeyrings.create();
  const service = await ServiceUnderTest.open(eligibility, { keyrings, module: EligibilityModule });
  try {
    expect(await whoMay(service, new Date())).toEqual({ ...routesOfEveryService, ...table });
  } finally {
    await service.close();
    await keyrings.remove();
  }
});
