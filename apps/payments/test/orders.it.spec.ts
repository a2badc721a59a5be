import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ordersOf, type AnyDelivery } from '#libs/bus/testing';
import { randomId, type SignedHousehold } from '../../../test/support/signed-household.js';
import type { PublishedMessage } from '../../../test/support/service-under-test.js';
import { inStep, PaymentsWorld } from './support.js';

let world: PaymentsWorld;

beforeAll(async () => {
  world = await PaymentsWorld.open();
});

afterAll(() => world.close());

interface Told {
  readonly household: SignedHousehold;
  readonly script: readonly AnyDelivery[];
}

let site = 0;

/** Each order of the script has a household and a site of its own. */
function everyOrder(script: (household: SignedHousehold, site: string) => readonly AnyDelivery[]): readonly Told[] {
  const { length } = script(world.household(), 'SITE-000');
  return ordersOf(Array.from({ length }, (_, at) => at)).map((order) => {
    const household = world.household();
    site += 1;
    const messages = script(household, `S-${site}`);
    return { household, script: order.map((at) => messages[at] as AnyDelivery) };
  });
}

const places = new Map<string, string>();

/** The end state of a household and the ledger, without versions, days and times, which may differ. */
async function endOf({ household }: Told, said: readonly PublishedMessage[]): Promise<unknown> {
  const box = household.box('payments', said);
  const grants = [...places]
    .filter(([, householdRef]) => householdRef === household.paymentsHandle)
    .map(([grant]) => grant);
  const closed = said
    .filter(
      ({ contract, payload }) => contract === 'payments.grant-closed' && grants.includes(payload['grant'] as string),
    )
    .map(({ payload }) => payload['ended'] as string)
    .sort();
  return {
    status: box?.status,
    amountCents: box?.amountCents,
    highestRequest: box?.highestRequest,
    closed,
  };
}

function granted(household: SignedHousehold, kind: 'rapid' | 'standard', amountCents: number): AnyDelivery {
  const id = randomId();
  places.set(id, household.paymentsHandle);
  return world.grant(household, { id, kind, amountCents });
}

function cancelled(grant: AnyDelivery): AnyDelivery {
  return world.cancel((grant.payload as { grant: string }).grant);
}

async function runAll(tolds: readonly Told[]): Promise<unknown[]> {
  await inStep(
    tolds.map(({ script }) => script),
    (batch) => world.service.deliver(batch),
  );
  const said = await world.service.published();
  return Promise.all(tolds.map((told) => endOf(told, said)));
}

async function livingInstruments(): Promise<unknown> {
  return world.rows(
    `SELECT state, payout_method, amount_cents::text AS cents, count(*)::int FROM instrument
        WHERE state <> 'void' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
  );
}

describe('any order of messages', () => {
  it('choice, both grants, another payout method, a presence, a cancelled grant: 720 orders, one end', async () => {
    const tolds = everyOrder((household, at) => {
      const rapid = granted(household, 'rapid', 25_000);
      const standard = granted(household, 'standard', 125_000);
      return [
        household.payout('CASH', { site: at }),
        rapid,
        standard,
        cancelled(rapid),
        household.askPayments(1, { kind: 'presence' }, { site: at }),
        household.askPayments(2, { kind: 'payout-change', way: 'CARD' }, { site: at }),
      ];
    });
    const ends = await runAll(tolds);
    const expected = { status: 'approved', amountCents: '125000', highestRequest: 2, closed: ['cancelled'] };
    expect(new Set(ends.map((end) => JSON.stringify(end)))).toEqual(new Set([JSON.stringify(expected)]));
    expect(await livingInstruments()).toEqual([
      { state: 'waiting-release', payout_method: 'CARD', cents: '100000', count: 720 },
      { state: 'waiting-release', payout_method: 'CARD', cents: '25000', count: 720 },
    ]);
    expect(await world.books()).toMatchObject({
      balanced: true,
      obligations: { closed: 720, reserved: 720 },
      accounts: { 'PHIL/reserved': String(720 * 125_000), 'PHIL/in-flight': '0' },
    });
    expect(await world.service.parked()).toEqual({});
  });

  it('from a phone at home: nothing is reserved before the household was seen, and no text is sent', async () => {
    await world.service.clear();
    const tolds = everyOrder((household) => [
      household.payout('CASH', { lane: 'own-device' }),
      granted(household, 'rapid', 25_000),
      granted(household, 'standard', 45_000),
      household.askPayments(1, { kind: 'presence' }, { lane: 'own-device' }),
    ]);
    const before = await world.books();
    const ends = await runAll(tolds);
    const expected = { status: 'come-and-confirm', amountCents: undefined, highestRequest: 1, closed: [] };
    expect(new Set(ends.map((end) => JSON.stringify(end)))).toEqual(new Set([JSON.stringify(expected)]));
    const after = await world.books();
    expect(after).toMatchObject({ balanced: true, accounts: before.accounts, instruments: before.instruments });
    const said = await world.service.published();
    expect(tolds.flatMap(({ household }) => household.notices('payments', said))).toEqual([]);
    await world.service.deliver(tolds.map(({ household }) => household.askPayments(2, { kind: 'presence' })));
    expect((await world.books()).instruments['intended']).toBe(10);
    expect((await world.books()).instruments['capped']).toBe(14);
  });

  it('a withdrawal, both halves, a payout choice and a presence: 720 orders, nothing is left', async () => {
    await world.service.clear();
    const before = await world.books();
    const tolds = everyOrder((household, at) => [
      household.payout('CASH', { site: at }),
      granted(household, 'rapid', 25_000),
      granted(household, 'standard', 45_000),
      household.askPayments(1, { kind: 'presence' }, { site: at }),
      household.tellAgain(2, 'CARD', { site: at }),
      household.askPayments(3, { kind: 'withdraw' }),
    ]);
    const ends = await runAll(tolds);
    const expected = { status: 'closed', highestRequest: 3, closed: ['cancelled', 'cancelled'] };
    expect(new Set(ends.map((end) => JSON.stringify(end)))).toEqual(new Set([JSON.stringify(expected)]));
    const after = await world.books();
    expect(after.balanced).toBe(true);
    expect(after.accounts).toEqual(before.accounts);
    expect(await world.kept('obligation')).toEqual([]);
    expect(await world.kept('wake')).toEqual([]);
    // They are compared one by one, so that a failure prints one household.
    for (const kept of await world.kept('household')) expect(JSON.stringify(kept)).not.toMatch(/"CASH"|"CARD"|"site"/);
  });

  it('a request that repeats the choice, before or after it: 24 orders, one end state', async () => {
    await world.service.clear();
    for (const lane of ['kiosk', 'own-device'] as const) {
      const tolds = everyOrder((household, at) => [
        household.payout('CASH', { lane: 'own-device' }),
        granted(household, 'standard', 45_000),
        household.tellAgain(1, 'CARD', { lane, site: at }),
        household.askPayments(2, { kind: 'payout-change', way: 'CASH' }, { lane: 'own-device' }),
      ]);
      const status = lane === 'kiosk' ? 'approved' : 'come-and-confirm';
      const amountCents = lane === 'kiosk' ? '45000' : undefined;
      const expected = { status, amountCents, highestRequest: 2, closed: [] };
      expect(new Set((await runAll(tolds)).map((end) => JSON.stringify(end)))).toEqual(
        new Set([JSON.stringify(expected)]),
      );
    }
    expect((await world.books()).balanced).toBe(true);
  });

  it('a redelivery changes nothing and publishes nothing', async () => {
    await world.service.clear();
    const household = world.household();
    const rapid = granted(household, 'rapid', 25_000);
    const script = [
      household.payout('CASH', { site: 'AGAIN' }),
      rapid,
      household.askPayments(1, { kind: 'presence' }),
      cancelled(rapid),
    ];
    for (const delivery of script) await world.service.deliver([delivery]);
    const [said, books] = [await world.service.published(), await world.books()];
    const head = await world.rows('SELECT seq::text FROM chain_head');
    for (const delivery of script) await world.service.deliver([delivery]);
    await world.service.deliver(script);
    expect((await world.service.published()).length).toBe(said.length);
    expect(await world.books()).toEqual(books);
    expect(await world.rows('SELECT seq::text FROM chain_head')).toEqual(head);
  });
});

describe('a parked message', () => {
  it('the same grant with another amount, a choice that somebody else signed, a day whose key is gone', async () => {
    await world.service.clear();
    const household = world.household();
    const id = randomId();
    await world.service.deliver([world.grant(household, { id, kind: 'standard', amountCents: 50_000 })]);
    await world.service.deliver([world.grant(household, { id, kind: 'standard', amountCents: 60_000 })]);
    await world.service.deliver([household.payout('CASH', { forged: true })]);
    await world.service.deliver([household.askPayments(1, { kind: 'presence' }, { forged: true })]);
    const late = household.payout('CASH');
    await world.service.deliver([{ ...late, day: '2026-11-08' }]);
    await world.service.deliver([{ ...household.payout('CASH'), day: '2026-11-19' }]);
    expect(await world.service.parked()).toEqual({
      'other-content': 1,
      'slice-not-signed': 2,
      'slice-key-gone': 1,
      'slice-not-opened': 1,
    });
    expect(household.box('payments', await world.service.published())).toBeUndefined();
    expect(await world.rows('SELECT amount_cents::text FROM obligation WHERE amount_cents IN (50000, 60000)')).toEqual([
      { amount_cents: '50000' },
    ]);
    expect((await world.books()).balanced).toBe(true);
  });
});

describe('a code that the city does not know', () => {
  it('as a payout method: it is stored nowhere, and the household is told that a person will help', async () => {
    await world.service.clear();
    const [first, later] = [world.household(), world.household()];
    await world.service.deliver([first.payout('UNDOCUMENTED'), later.payout()]);
    await world.service.deliver([
      granted(later, 'rapid', 25_000),
      later.askPayments(1, { kind: 'payout-change', way: 'UNDOCUMENTED' }),
    ]);
    const published = await world.service.published();
    expect(first.box('payments', published)).toMatchObject({ status: 'ask-a-person', reasons: [] });
    expect(first.notices('payments', published)).toEqual(['update']);
    expect(later.box('payments', published)?.reasons).toContain('ask-a-person');
    expect(JSON.stringify(await world.service.kept('household'))).not.toContain('UNDOCUMENTED');
    expect(await world.service.parked()).toEqual({});
  });

  it('as a payee: no register knows it yet, so neither it nor the bill is stored', async () => {
    await world.service.clear();
    const household = world.household();
    const payee = { payee: 'MARYAGARCEA', accountReference: 'UNDOCUMENTED', consent: true };
    await world.service.deliver([household.payout('VEND', { payee })]);
    const [kept] = await world.service.kept('household');
    expect(JSON.stringify(kept)).toContain('VEND');
    expect(JSON.stringify(kept)).not.toMatch(/MARYAGARCEA|UNDOCUMENTED/);
  });

  it.each([
    ['an area', { serviceArea: 'MariaGarciaHonduras' }],
    ['a need', { needs: ['FOD', 'UNDOCUMENTED'] }],
    ['an evidence class', { evidenceClass: 'UNDOCUMENTED' }],
  ])('as %s of a grant never enters the ledger: the grant is parked', async (_what, change) => {
    await world.service.clear();
    const household = world.household();
    const head = await world.rows('SELECT seq::text FROM chain_head');
    await world.service.deliver([world.grant(household, change)]);
    expect(await world.service.parked()).toEqual({ 'code-unknown': 1 });
    expect(await world.rows('SELECT seq::text FROM chain_head')).toEqual(head);
  });
});
