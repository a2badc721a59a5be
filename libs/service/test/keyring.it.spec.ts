import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { DAY_MS, dayOf, keyLife } from '#libs/contracts';
import { FileKeyring } from '#libs/sealing';

import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { plainNotification } from './support.js';

let keyrings: TestKeyrings;
let otherDisk: string;

beforeAll(async () => {
  keyrings = await TestKeyrings.create();
  otherDisk = await mkdtemp(join(tmpdir(), 'other-disk-'));
});
afterAll(async () => {
  await keyrings.remove();
  await rm(otherDisk, { recursive: true });
});

it('a service tells when the second copy of its keyring is away, and works on with the keys it has', async () => {
  const replicaDir = join(otherDisk, 'notification');
  const privateDir = join(keyrings.folder, 'notification');
  const ring = await FileKeyring.open({
    privateDir,
    replicaDir,
    publicRoot: join(keyrings.folder, 'public'),
    service: 'notification',
    life: keyLife,
  });
  await ring.renewReplica();
  let now = new Date();
  const service = await ServiceUnderTest.open(plainNotification([{ kind: 'kept', sizeBytes: 64, work: false }]), {
    keyrings,
    env: { KEYRING_REPLICA: replicaDir },
    clock: { now: () => now },
  });
  const replicas = (): unknown => service.checks.values()['keyringReplicas'];
  expect(replicas()).toBe('in-step');

  await rename(replicaDir, `${replicaDir}-unplugged`);
  expect(replicas()).toBe('away');
  const { bus, records, keyring } = service;
  const value = Buffer.from('value');
  await bus.transaction(async ({ tx }) => (await records.begin(tx)).put('kept', [{ value, body: { word: 'a' } }]));
  // The next night needs new keys and would destroy old ones, so the turn waits.
  now = new Date(now.getTime() + DAY_MS);
  await expect(service.nightly.run()).rejects.toMatchObject({ code: 'replica-away' });

  await rename(`${replicaDir}-unplugged`, replicaDir);
  expect((await service.nightly.run())?.outcome).toBe('done');
  const [row] = await bus.transaction(async ({ tx }) => (await records.begin(tx)).find('kept', [value]));
  expect([row, replicas()]).toEqual([{ word: 'a' }, 'in-step']);
  expect(keyring.describe().days?.first).toBe(dayOf(new Date()));
  await service.close();
});
