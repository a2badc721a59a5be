import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, services } from '#libs/contracts';
import { damage } from '../../../test/support/damage.js';
import { randomId, type SignedHousehold } from '../../../test/support/signed-household.js';
import { PaymentsWorld, type GrantOptions } from './support.js';

let world: PaymentsWorld;

beforeEach(async () => {
  world = await PaymentsWorld.open();
});

afterEach(async () => {
  expect(await world.books()).toMatchObject({ balanced: true, freeze: null });
  await world.close();
});

let sites = 0;

async function present(count: number, options: GrantOptions & { site?: string } = {}): Promise<SignedHousehold[]> {
  const all: SignedHousehold[] = [];
  for (let at = 0; at < count; at += 1) {
    const household = world.household();
    sites += 1;
    const { site = `SITE-${sites}`, ...grant } = options;
    await world.service.deliver([household.payout('CASH', { site }), world.grant(household, grant)]);
    all.push(household);
  }
  return all;
}

async function statusOf(household: SignedHousehold): Promise<string | undefined> {
  return household.box('payments', await world.service.published())?.status;
}

/** Passes whole days, with the day keys that every service makes meanwhile. */
async function passDays(days: number): Promise<void> {
  world.pass(days * DAY_MS);
  for (const service of services) await world.keyrings.ring(service).ensureDayKeys(world.day);
}

const states = async (): Promise<Readonly<Record<string, number>>> => (await world.books()).instruments;

describe('one damaged household', () => {
  it('keeps no other code from its household, and its own instrument is disputed', async () => {
    const all = await present(13);
    expect(await damage(world.service, 'household', (all[6] as SignedHousehold).paymentsHandle)).toBe(1);
    await world.runRailRound();
    for (const [at, household] of all.entries()) {
      expect(await statusOf(household)).toBe(at === 6 ? 'approved' : 'ready-to-collect');
    }
    expect(await states()).toMatchObject({ issued: 12, disputed: 1 });
    const { checks } = await world.service.health();
    expect(checks).toMatchObject({ paymentsDisputed: 1, setAside: 1 });
    // It is not asked about again, and the next round has nothing to do.
    world.pass(61_000);
    expect(await world.runRailRound()).toBe(0);
  });

  it('does not stop two people who resolve its dispute', async () => {
    const [household] = await present(1);
    await damage(world.service, 'household', (household as SignedHousehold).paymentsHandle);
    await world.runRailRound();
    const people = [await world.enrol('one', 'person-one'), await world.enrol('two', 'person-two')];
    const { body } = await world.post('/v1/disputed/open', {}, people[0]);
    const reference = body.items?.[0]?.reference ?? '';
    const wish = { reference, resolution: 'never-paid' };
    expect((await world.post('/v1/disputed/resolutions', wish, people[0])).body.outcome).toBe('counted');
    expect((await world.post('/v1/disputed/resolutions', wish, people[1])).body.outcome).toBe('resolved');
    expect(await states()).toEqual({ void: 1 });
  });

  it('books what the rail knows for sure without its household', async () => {
    const [household] = (await present(1)) as [SignedHousehold];
    await world.runRailRound();
    const [code = ''] = household.codes(household.box('payments', await world.service.published()) as never);
    await damage(world.service, 'household', household.paymentsHandle);
    world.partner.collect(code);
    world.pass(2 * HOUR_MS);
    await world.runRailRound();
    expect(await states()).toEqual({ collected: 1 });
  });

  it('keeps no other obligation from the money that came back, nor from the room of the next hour', async () => {
    // Ten fit into the hour of one site.
    const all = await present(16, { site: 'ONE-SITE' });
    expect(await states()).toEqual({ intended: 10, capped: 6 });
    await damage(world.service, 'household', (all[12] as SignedHousehold).paymentsHandle);
    world.pass(HOUR_MS);
    await world.retryWaitingList();
    expect(await states()).toEqual({ intended: 15, capped: 1 });
    expect((await world.service.health()).checks).toMatchObject({ setAside: 1 });
    const big = { kind: 'standard', amountCents: 10_000_000 } as const;
    const rich = randomId();
    const [first] = await present(1, { ...big, id: rich });
    expect(await statusOf(first as SignedHousehold)).toBe('approved');
    await present(17, big);
    const waiting = await present(4, { kind: 'standard', amountCents: 400_000 });
    expect(await statusOf(waiting[3] as SignedHousehold)).toBe('waiting-list');
    await damage(world.service, 'household', (waiting[0] as SignedHousehold).paymentsHandle);
    await world.service.deliver([world.cancel(rich)]);
    await world.rows(`UPDATE obligation SET order_key = '\\x00' || order_key WHERE amount_cents = 400000`);
    await world.retryWaitingList();
    for (const household of waiting.slice(1)) expect(await statusOf(household)).toBe('approved');
  });

  it('keeps no other grant from lapsing on its day', async () => {
    const all = [world.household(), world.household(), world.household(), world.household(), world.household()];
    for (const household of all) await world.service.deliver([world.grant(household)]);
    await damage(world.service, 'household', (all[2] as SignedHousehold).paymentsHandle);
    await passDays(31);
    expect(await world.passDay()).toBe(5);
    const { rows } = await world.service.pool.query<{ status: string; count: number }>(
      'SELECT status, count(*)::int AS count FROM obligation GROUP BY status ORDER BY status',
    );
    expect(rows).toEqual([
      { status: 'open', count: 4 },
      { status: 'reserved', count: 1 },
    ]);
    expect(await world.passDay()).toBe(0);
    await passDays(1);
    expect(await world.passDay()).toBe(5);
  });
});

describe('a record of work that does not open', () => {
  it('is left out and counted, and the other households are checked', async () => {
    const all = [world.household(), world.household(), world.household()];
    for (const household of all) await world.service.deliver([world.grant(household)]);
    expect(await damage(world.service, 'wake', (all[0] as SignedHousehold).paymentsHandle)).toBe(1);
    await passDays(31);
    expect(await world.passDay()).toBe(2);
    expect((await world.service.health()).checks).toMatchObject({ recordsDamaged: 1, database: true });
  });
});
