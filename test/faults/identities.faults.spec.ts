import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { keyLife, services, type Service } from '#libs/contracts';
import { openCodes } from '#libs/household';
import { FileKeyring, pinsIn } from '#libs/sealing';

import { pinnedIdentitiesFile, privateKeyring, publicKeyring, replicaKeyring } from '../../deploy/local/keyring.js';
import { eventually, someAnswers, TestCity, type Applied } from '../support/city.js';
import { command } from '../support/command.js';

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start('demo');
});
afterAll(async () => {
  await city.stop();
});

/** Opens the keyring of a running service beside it, as an operator's command does. */
function ringOf(service: Service): Promise<FileKeyring> {
  const { layout } = city.stack;
  return FileKeyring.open({
    privateDir: privateKeyring(layout, service),
    replicaDir: replicaKeyring(layout, service),
    publicRoot: publicKeyring(layout),
    service,
    life: keyLife,
  });
}

const pins = (): ReturnType<typeof pinsIn> => pinsIn(pinnedIdentitiesFile(city.stack.layout));

/** Applies with the present pins and keys, as a device with a newly loaded page. */
async function apply(): Promise<Applied> {
  await city.refresh();
  return city.apply(someAnswers(), city.kiosk);
}

async function codesOf(household: Applied): Promise<number> {
  const messages = await household.until(({ payments }) => payments?.status === 'ready-to-collect', 'a code');
  return (await openCodes(household.household, messages)).length;
}

it('every service changes its identity while it works, and nobody who applies notices', async () => {
  const before = await apply();
  for (const service of services) await (await ringOf(service)).rotateIdentity(city.today, pins());
  const after = await Promise.all([apply(), apply(), apply()]);
  expect(await Promise.all([before, ...after].map(codesOf))).toEqual([1, 1, 1, 1]);
  expect(await Promise.all(services.map((service) => city.parked(service)))).toEqual([0, 0, 0, 0]);
  for (const service of services) {
    expect((await ringOf(service)).describe().identities.map(({ signs }) => signs)).toEqual([true, false]);
    expect((await city.checks(service))['keyringReplicas']).toBe('in-step');
  }
});

it('a revoked identity is refused at once, and its honest messages arrive under the next', async () => {
  await city.stack.kill('payments');
  const household = await apply();
  await household.until(({ eligibility }) => eligibility?.status === 'approved', 'the decision');
  await eventually(
    'the grant in the log',
    () => city.checks('eligibility'),
    ({ backlog }) => backlog === 0,
  );
  const ring = await ringOf('eligibility');
  const revoked = ring.identity().keyId;
  await ring.revokeIdentity(revoked, city.today, pins());
  await city.stack.restart('payments');
  await eventually(
    'the refused envelope',
    () => city.parked('payments'),
    (parked) => parked > 0,
  );
  expect((await household.read()).payments?.status).not.toBe('ready-to-collect');

  expect((await command(city, 'republish', 'eligibility')).code).toBe(0);
  expect(await codesOf(household)).toBe(1);
  expect(await codesOf(await apply())).toBe(1);
  const issued = (await city.journal()).filter(({ kind }) => kind === 'cash-issued');
  expect(new Set(issued.map(({ reference }) => reference)).size).toBe(issued.length);
  expect(issued).toHaveLength(6);
  const books = await city.readPayments<Record<string, unknown>>('/v1/books');
  expect([books['balanced'], books['freeze']]).toEqual([true, null]);
});
