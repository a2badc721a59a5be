import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { declaredRights } from '#libs/database';
import { databaseOf } from '#libs/service';

import { attemptsOn, outcomesIn, rightsIn } from '../../../test/support/rights.js';
import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { notification } from '../src/notification.module.js';

const declaration = databaseOf(notification);
const declared = declaredRights(declaration);
let keyrings: TestKeyrings;
let service: ServiceUnderTest<'notification'>;

beforeAll(async () => {
  keyrings = await TestKeyrings.create();
  service = await ServiceUnderTest.open(notification, { keyrings, env: { SMS_URL: 'http://127.0.0.1:1' } });
});

afterAll(async () => {
  await service.close();
  await keyrings.remove();
});

describe('the role of notification', () => {
  it('can do what the tables declare, and nothing else', async () => {
    expect(await rightsIn(service.database.serviceUrl)).toEqual(declared.toSorted());
  });

  it('is refused whatever it is not given, table by table and column by column', async () => {
    const seen = await outcomesIn(service.database.serviceUrl, attemptsOn(declaration.tables));
    expect(seen.length).toBeGreaterThan(150);
    expect(seen.filter(({ right, outcome }) => outcome !== (declared.includes(right) ? 'ok' : '42501'))).toEqual([]);
  });
});
