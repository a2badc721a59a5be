import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '#libs/contracts';
import { randomId } from '../../../test/support/signed-household.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import type { StaffKey } from '../../../test/support/staff.js';
import { RestoredCity, type Case } from './restored-city.js';
import { PaymentsWorld } from './support.js';

let keyrings: TestKeyrings;
let city: RestoredCity;
let world: PaymentsWorld;

beforeAll(async () => {
  keyrings = await TestKeyrings.create(PaymentsWorld.firstDay);
});

afterAll(() => keyrings.remove());

// After a lift payments inquires first for days, so each test has a city of its own.
beforeEach(async () => {
  city = await RestoredCity.open(keyrings);
  world = city.world;
});

afterEach(() => city.close());

describe('lifting', () => {
  it('takes two different people and exactly what both have seen; the ledger records it for good', async () => {
    const copy = await city.copy();
    const paid = await city.apply();
    await world.runRailRound();
    await city.restore(copy, paid);
    const { digest } = await city.freeze();
    expect(await city.liftBy(city.people.first, { digest: randomId() })).toBe('not-now');
    expect((await world.post('/v1/ledger-freeze/lift', { digest })).status).toBe(401);
    expect(await city.liftBy(city.people.first, { digest })).toBe('counted');
    expect(await city.liftBy(city.people.firstAgain, { digest })).toBe('not-allowed');
    expect(await city.liftBy(city.people.second, { digest: randomId() })).toBe('not-now');
    expect((await world.books()).freeze).not.toBeNull();
    expect(await city.liftBy(city.people.second, { digest })).toBe('lifted');
    expect(await city.liftBy(city.people.second, { digest })).toBe('not-now');
    const [last] = await world.rows<{ detail: { people: string[]; reason: string } }>(
      'SELECT detail FROM book_event ORDER BY seq DESC LIMIT 1',
    );
    expect(last?.detail).toMatchObject({ people: ['person-1', 'person-2'], adopted: 1 });
    expect((await world.audit()).slice(-2)).toEqual(['ledger-freeze-lift person-1', 'ledger-freeze-lift person-2']);
    await expect(world.rows('DELETE FROM book_event')).rejects.toThrow('append-only');
  });

  it('is refused, and not half done, while another process keeps the anchor locked', async () => {
    await city.apply();
    await world.runRailRound();
    rmSync(city.anchorFile);
    const { digest } = await city.freeze();
    expect(await city.liftBy(city.people.first, { digest })).toBe('counted');
    mkdirSync(`${city.anchorFile}.lock`);
    expect(await city.liftBy(city.people.second, { digest })).toBe('busy');
    expect((await world.books()).freeze).toBe('anchor-missing');
    expect(await world.rows(`SELECT 1 FROM book_event WHERE kind = 'freeze-lifted'`)).toEqual([]);
    rmdirSync(`${city.anchorFile}.lock`);
    expect(await city.liftBy(city.people.second, { digest })).toBe('lifted');
    expect((await world.books()).freeze).toBeNull();
  });

  it('waits for a partner that does not answer', async () => {
    const copy = await city.copy();
    const paid = await city.apply();
    await world.runRailRound();
    await city.restore(copy, paid);
    world.partner.misbehave('error-before', 'statement');
    const seen = await city.freeze();
    expect(seen.found).toMatchObject({ unanswered: 1 });
    expect(await city.liftBy(city.people.first, { digest: seen.digest, accept: true })).toBe('not-now');
    await city.lift();
  });

  it('nothing is released while the ledger is frozen', async () => {
    const household = world.household();
    await world.service.deliver([
      household.payout('CASH', { site: 'RELEASE' }),
      world.grant(household, { kind: 'standard', amountCents: 30_000 }),
    ]);
    const made = await world.post('/v1/release/batches', {}, city.people.first);
    const { batch, digest } = made.body.made ?? { batch: '', digest: '' };
    const copy = await city.copy();
    const paid = await city.apply();
    await world.runRailRound();
    await city.restore(copy, paid);
    expect((await world.post('/v1/release/approvals', { batch, digest }, city.people.second)).body.code).toBe(
      'not-now',
    );
    await city.lift();
    expect((await world.post('/v1/release/approvals', { batch, digest }, city.people.second)).body.outcome).toBe(
      'released',
    );
    await city.settleDown();
    expect(city.payments()).toEqual(expect.arrayContaining(['25000', '30000']));
  });
});

describe('a disputed instrument', () => {
  const disputed = async (): Promise<{ readonly paid: Case; readonly reference: string }> => {
    const paid = await city.apply();
    await world.runRailRound();
    const [code = ''] = [await city.codeOf(paid)];
    world.partner.lose(code);
    world.pass(2 * HOUR_MS);
    await world.runRailRounds(4);
    expect((await world.service.health()).checks).toMatchObject({ paymentsDisputed: 1 });
    const { body } = await world.post('/v1/disputed/open', {}, city.people.first);
    return { paid, reference: body.items?.[0]?.reference ?? '' };
  };
  const resolve = async (by: StaffKey, reference: string, resolution: string): Promise<string> => {
    const { body } = await world.post('/v1/disputed/resolutions', { reference, resolution }, by);
    return body.outcome ?? body.code ?? '';
  };

  it('is resolved by two people who say the same: never paid, so a new one is issued', async () => {
    const { paid, reference } = await disputed();
    expect(await resolve(city.people.first, reference, 'never-paid')).toBe('counted');
    expect(await resolve(city.people.firstAgain, reference, 'never-paid')).toBe('not-allowed');
    expect(await resolve(city.people.second, reference, 'paid')).toBe('not-now');
    expect(await resolve(city.people.second, reference, 'never-paid')).toBe('resolved');
    expect((await world.audit()).slice(-2)).toEqual(['disputed-resolutions person-1', 'disputed-resolutions person-2']);
    await city.settleDown();
    expect(city.good()).toContain(await city.codeOf(paid));
    expect(await world.books()).toMatchObject({ balanced: true });
    expect((await world.books()).instruments['disputed']).toBeUndefined();
  });

  it('is resolved as paid: it is booked as paid, and the grant is closed', async () => {
    const { paid, reference } = await disputed();
    expect([
      await resolve(city.people.first, reference, 'paid'),
      await resolve(city.people.second, reference, 'paid'),
    ]).toEqual(['counted', 'resolved']);
    expect(paid.household.box('payments', await world.service.published())?.status).toBe('collected');
    expect(await world.books()).toMatchObject({ balanced: true });
    world.partner.find();
  });

  it('is resolved by another inquiry: the partner has found it', async () => {
    const { paid, reference } = await disputed();
    world.partner.find();
    expect([
      await resolve(city.people.first, reference, 'ask-again'),
      await resolve(city.people.second, reference, 'ask-again'),
    ]).toEqual(['counted', 'resolved']);
    await city.settleDown();
    expect(city.good()).toContain(await city.codeOf(paid));
    expect(await world.books()).toMatchObject({ balanced: true });
  });
});
