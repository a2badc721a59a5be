import { expect, it } from '@jest/globals';
import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { routesOfEveryService, whoMay } from '../../../test/support/who-may.js';
import { IntakeModule, intake } from '../src/intake.module.js';

/** Who may call each route. A new route, or another role, is a decision. */
const table = {
  'main GET /v1/directory': ['everybody'],
  'main GET /v1/profile': ['everybody'],
  'main POST /v1/applications': ['everybody'],
  'main POST /v1/boxes/read': ['everybody'],
  'main POST /v1/requests': ['everybody'],
};

it('each route admits those whom the table names, and refuses everybody else', async () => {
  const keyrings = await TestKeyrings.create();
  const service = await ServiceUnderTest.open(intake, { keyrings, module: IntakeModule });
  try {
    expect(await whoMay(service, new Date())).toEqual({ ...routesOfEveryService, ...table });
  } finally {
    await service.close();
    await keyrings.remove();
  }
});
