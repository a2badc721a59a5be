import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PaymentsWorld } from './support.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const CENTS = 25_000;
/** Of the profile of Los Angeles: in one hour at one site, and in one week from one fund. */
const SITE_HOUR = 10;
const WEEK_CENTS = 17_000_000;

let world: PaymentsWorld;
beforeAll(async () => {
  world = await PaymentsWorld.open();
});
afterAll(() => world.close());

/** One household after the other, each in commits of its own. */
async function arrive(count: number, site: string, tier = 1): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const household = world.household();
    await world.service.deliver([household.payout('CASH', { site })]);
    await world.service.deliver([world.grant(household, { tier, amountCents: CENTS })]);
  }
}

const states = async (): Promise<Readonly<Record<string, number>>> => (await world.books()).instruments;

describe('the cap of an hour at a site', () => {
  it('counts every commit of the hour, each site and each hour by itself', async () => {
    await arrive(SITE_HOUR - 1, 'FIRST');
    expect(await states()).toEqual({ intended: SITE_HOUR - 1 });
    await arrive(3, 'FIRST');
    expect(await states()).toEqual({ intended: SITE_HOUR, capped: 2 });
    await arrive(2, 'SECOND');
    expect(await states()).toEqual({ intended: SITE_HOUR + 2, capped: 2 });
    world.pass(60 * MINUTE_MS);
    await world.retryWaitingList();
    expect(await states()).toEqual({ intended: SITE_HOUR + 4 });
    await arrive(SITE_HOUR, 'FIRST');
    expect(await states()).toEqual({ intended: SITE_HOUR + 4 + (SITE_HOUR - 2), capped: 2 });
    expect((await world.books()).balanced).toBe(true);
  });
});

describe('the share of a week', () => {
  it('counts every commit of the week, and begins anew on Monday', async () => {
    const lists = async (): Promise<number> => (await world.books()).obligations['waiting-list'] ?? 0;
    world.pass(60 * MINUTE_MS);
    // All but two grants of the week are used up by now.
    await world.rows('UPDATE rapid_week SET cents = $1', [WEEK_CENTS - 2 * CENTS]);
    await arrive(1, 'W-1', 2);
    await arrive(1, 'W-2', 2);
    expect(await lists()).toBe(0);
    await arrive(2, 'W-3', 2);
    expect(await lists()).toBe(2);
    // The world began on a Wednesday.
    world.pass(4 * DAY_MS);
    await world.retryWaitingList();
    expect(await lists()).toBe(2);
    world.pass(DAY_MS);
    await world.retryWaitingList();
    expect(await lists()).toBe(0);
    const weeks = await world.rows<{ week: string; cents: number }>(
      'SELECT week::text AS week, cents::int AS cents FROM rapid_week ORDER BY 1',
    );
    expect(weeks).toEqual([
      { week: '2026-11-16', cents: WEEK_CENTS },
      { week: '2026-11-23', cents: 2 * CENTS },
    ]);
    expect((await world.books()).balanced).toBe(true);
  });
});
