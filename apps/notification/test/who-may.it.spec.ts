import { expect, it } from '@jest/globals';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { routesOfEveryService, whoMay } from '../../../test/support/who-may.js';
import { openNotification } from './support.js';

it('each route admits those whom the table names, and refuses everybody else', async () => {
  const keyrings = await TestKeyrings.create();
  const service = await openNotification(keyrings, { SMS_URL: 'http://127.0.0.1:1' });
  try {
    expect(await whoMay(service, service.clock.now())).toEqual(routesOfEveryService);
  } finally {
    await service.close();
    await keyrings.remove();
  }
});
