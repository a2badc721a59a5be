import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Batch } from '../src/release/release.service.js';
import type { SignedHousehold } from '../../../test/support/signed-household.js';
import type { StaffKey } from '../../../test/support/staff.js';
import { PaymentsWorld } from './support.js';

let world: PaymentsWorld;
let maker: StaffKey;
let makerAtHome: StaffKey;
let checker: StaffKey;
let second: StaffKey;

async function enrolAll(): Promise<void> {
  maker = await world.enrol('maker-key', 'person-a');
  makerAtHome = await world.enrol('maker-home', 'person-a');
  checker = await world.enrol('checker-key', 'person-b');
  second = await world.enrol('checker-two', 'person-c');
}

async function make(by = maker): Promise<Batch> {
  const { status, body } = await world.post('/v1/release/batches', {}, by);
  expect(status).toBe(200);
  return body.made as Batch;
}

const approve = (batch: Batch, by: StaffKey | undefined, digest = batch.digest) =>
  world.post('/v1/release/approvals', { batch: batch.batch, digest }, by);

async function standard(): Promise<SignedHousehold> {
  const household = world.household();
  await world.service.deliver([
    household.payout('CASH'),
    world.grant(household, { kind: 'standard', amountCents: 150_000 }),
  ]);
  return household;
}

const stateOf = async (batch: Batch): Promise<string | undefined> =>
  (await world.rows<{ state: string }>('SELECT state FROM batch WHERE id = $1', [batch.batch]))[0]?.state;

const codesOfSantaAna = { needs: ['HOU'], serviceArea: 'Citywide', evidenceClass: 'R2' };

afterAll(() => world.close());

describe('release in Los Angeles: one person makes, another checks', () => {
  beforeAll(async () => {
    world = await PaymentsWorld.open();
    await enrolAll();
  });

  it('a standard grant is sent in instruments of at most a thousand dollars after two people agree', async () => {
    const household = await standard();
    expect(await world.runRailRound()).toBe(0);
    expect((await world.service.health()).checks).toMatchObject({ paymentsToRelease: 2, batchesOpen: 0 });
    const batch = await make();
    expect(batch).toMatchObject({ instruments: 2, amountCents: '150000' });
    expect((await world.post('/v1/release/open', {}, checker)).body.batches).toEqual([batch]);
    expect((await world.service.health()).checks).toMatchObject({ paymentsToRelease: 0, batchesOpen: 1 });
    expect(await world.runRailRound()).toBe(0);
    expect(await approve(batch, checker)).toEqual({ status: 200, body: { outcome: 'released', missing: 0 } });
    expect((await world.books()).balanced).toBe(true);
    expect(await world.runRailRound()).toBe(2);
    const box = household.box('payments', await world.service.published());
    expect(box?.ready.map(({ amountCents }) => amountCents).sort()).toEqual(['100000', '50000']);
    expect(await approve(batch, second)).toMatchObject({ status: 409 });
  });

  it('refuses a missing signature, a revoked key, and a signature over another body', async () => {
    await standard();
    for (const path of ['/v1/release/batches', '/v1/release/open', '/v1/release/approvals']) {
      expect(await world.post(path, {})).toMatchObject({ status: 401, body: { code: 'not-signed' } });
    }
    const revoked = await world.enrol('revoked-one', 'person-x');
    await world.rows(`UPDATE staff SET revoked = true WHERE name = 'revoked-one'`);
    await world.service.readKeys();
    expect((await world.post('/v1/release/batches', {}, revoked)).status).toBe(401);
    expect((await world.post('/v1/release/batches', {}, { ...checker, name: maker.name })).status).toBe(401);
    expect((await world.post('/v1/release/batches', { more: 1 }, maker)).status).toBe(400);
  });

  it('each act is in the audit once, with its person and its batch; a refused one is not', async () => {
    await standard();
    const before = (await world.audit()).length;
    const batch = await make();
    await approve(batch, makerAtHome);
    await approve(batch, checker, Buffer.alloc(32).toString('base64url'));
    await world.post('/v1/release/open', {}, checker);
    await approve(batch, checker);
    await world.post('/v1/release/batches', {}, maker);
    expect((await world.audit()).slice(before)).toEqual([
      `release-batches person-a batch ${batch.batch}`,
      `release-approvals person-b batch ${batch.batch}`,
    ]);
  });

  it('one person with two keys is one person, and a maker cannot check', async () => {
    await standard();
    const batch = await make();
    expect(await approve(batch, maker)).toMatchObject({ status: 403, body: { code: 'not-allowed' } });
    expect(await approve(batch, makerAtHome)).toMatchObject({ status: 403 });
    expect(await stateOf(batch)).toBe('made');
    expect(await approve(batch, checker)).toMatchObject({ status: 200 });
  });

  it('refuses a wrong digest and an unknown batch', async () => {
    await standard();
    const batch = await make();
    const wrong = Buffer.alloc(32).toString('base64url');
    expect(await approve(batch, checker, wrong)).toMatchObject({ status: 409, body: { code: 'not-now' } });
    expect(await stateOf(batch)).toBe('made');
    const unknown = { ...batch, batch: '00000000-0000-4000-8000-000000000000' };
    expect(await approve(unknown, checker)).toMatchObject({ status: 404 });
    expect(await approve(batch, checker)).toMatchObject({ status: 200 });
  });

  it('a batch that changed since it was made keeps no approval', async () => {
    const household = await standard();
    const batch = await make();
    await world.service.deliver([household.askPayments(1, { kind: 'payout-change', way: 'CARD' })]);
    expect(await approve(batch, checker)).toMatchObject({ status: 409 });
    expect(await stateOf(batch)).toBe('void');
    await world.service.deliver([household.askPayments(2, { kind: 'payout-change', way: 'CASH' })]);
    expect(await approve(batch, checker)).toMatchObject({ status: 409 });
    const again = await make(checker);
    expect(again.batch).not.toBe(batch.batch);
    expect(await approve(again, checker)).toMatchObject({ status: 403 });
    expect(await approve(again, maker)).toMatchObject({ status: 200 });
  });

  it('a batch that changed and changed back before a check is another batch', async () => {
    const household = await standard();
    const batch = await make();
    await world.service.deliver([household.askPayments(1, { kind: 'payout-change', way: 'CARD' })]);
    await world.service.deliver([household.askPayments(2, { kind: 'payout-change', way: 'CASH' })]);
    expect(await approve(batch, checker)).toMatchObject({ status: 409 });
    expect((await world.books()).balanced).toBe(true);
    expect(await approve(await make(), checker)).toMatchObject({ status: 200 });
  });

  it('a change after the release and before sending needs both people again', async () => {
    await world.runRailRounds(1);
    const household = await standard();
    expect(await approve(await make(), checker)).toMatchObject({ status: 200 });
    await world.service.deliver([household.askPayments(1, { kind: 'payout-change', way: 'CARD' })]);
    const calls = world.partner.calls.length;
    await world.runRailRound();
    expect(world.partner.calls.length).toBe(calls);
    expect((await world.books()).balanced).toBe(true);
  });

  it('two checkers at the same moment release the batch once', async () => {
    await standard();
    const batch = await make();
    const answers = await Promise.all([approve(batch, checker), approve(batch, second)]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    expect((await world.books()).balanced).toBe(true);
  });
});

describe('release in Santa Ana: two people check, nothing is released without people', () => {
  let previous: PaymentsWorld;

  beforeAll(async () => {
    previous = world;
    world = await PaymentsWorld.open({ profile: 'santa-ana' });
    await enrolAll();
  });

  afterAll(() => previous.close());

  it('a bill waits for its vendor rail, and no batch contains a payout method without a rail', async () => {
    const household = world.household();
    await world.service.deliver([
      household.payout('VEND'),
      world.grant(household, { kind: 'standard', amountCents: 240_000, ...codesOfSantaAna }),
    ]);
    expect((await world.books()).obligations).toEqual({ reserved: 1 });
    expect((await world.post('/v1/release/batches', {}, maker)).body.made).toBeNull();
    expect(await world.runRailRound()).toBe(0);
  });

  it('an instrument with a rail needs three different people', async () => {
    // This profile has no cash, but its release rule still applies.
    await world.rows(`UPDATE instrument SET payout_method = 'CASH'`);
    const batch = await make();
    expect(await approve(batch, checker)).toEqual({ status: 200, body: { outcome: 'counted', missing: 1 } });
    expect(await world.runRailRound()).toBe(0);
    expect(await approve(batch, checker)).toMatchObject({ status: 403 });
    expect(await approve(batch, makerAtHome)).toMatchObject({ status: 403 });
    expect(await approve(batch, second)).toEqual({ status: 200, body: { outcome: 'released', missing: 0 } });
    expect(await world.runRailRound()).toBe(1);
    expect((await world.books()).balanced).toBe(true);
  });
});
