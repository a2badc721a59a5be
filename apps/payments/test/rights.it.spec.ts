import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { declaredRights } from '#libs/database';
import { databaseOf } from '#libs/service';

import { attemptsOn, outcomesIn, rightsIn } from '../../../test/support/rights.js';
import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { payments } from '../src/payments.module.js';

const declaration = databaseOf(payments);
const declared = declaredRights(declaration);
let keyrings: TestKeyrings;
let service: ServiceUnderTest<'payments'>;

beforeAll(async () => {
  keyrings = await TestKeyrings.create();
  const env = { ANCHOR: mkdtempSync(join(tmpdir(), 'anchor-')), RAIL_URL: 'http://127.0.0.1:1' };
  service = await ServiceUnderTest.open(payments, { keyrings, env });
});

afterAll(async () => {
  await service.close();
  await keyrings.remove();
});

describe('the role of payments', () => {
  it('can do what the tables declare, and nothing else', async () => {
    expect(await rightsIn(service.database.serviceUrl)).toEqual(declared.toSorted());
  });

  it('is refused whatever it is not given, table by table and column by column', async () => {
    const seen = await outcomesIn(service.database.serviceUrl, attemptsOn(declaration.tables));
    expect(seen.length).toBeGreaterThan(150);
    expect(seen.filter(({ right, outcome }) => outcome !== (declared.includes(right) ? 'ok' : '42501'))).toEqual([]);
  });
});
