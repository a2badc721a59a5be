import { expect, it } from '@jest/globals';
import { routesOfEveryService, whoMay } from '../../../test/support/who-may.js';
import { PaymentsWorld } from './support.js';

/** Who may call each route. A new route, or another role, is a decision. */
const table = {
  'main GET /v1/books': ['operator', 'releaser'],
  'main GET /v1/ledger-freeze': ['operator', 'releaser'],
  'main POST /v1/disputed/open': ['releaser'],
  'main POST /v1/disputed/resolutions': ['releaser'],
  'main POST /v1/ledger-freeze/lift': ['releaser'],
  'main POST /v1/release/approvals': ['releaser'],
  'main POST /v1/release/batches': ['releaser'],
  'main POST /v1/release/open': ['releaser'],
};

it('each route admits those whom the table names, and refuses everybody else', async () => {
  const world = await PaymentsWorld.open();
  try {
    expect(await whoMay(world.service, world.service.clock.now())).toEqual({ ...routesOfEveryService, ...table });
  } finally {
    await world.close();
  }
});
