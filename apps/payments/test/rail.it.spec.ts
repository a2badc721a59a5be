import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '#libs/contracts';
import { DisbursementService } from '../src/disbursement/index.js';
import { MortalDisbursement, PaymentsWorld } from './support.js';
import { misbehaviours, type Misbehaviour } from './partner.js';
import { randomId, type SignedHousehold } from '../../../test/support/signed-household.js';

let world: PaymentsWorld;

beforeAll(async () => {
  world = await PaymentsWorld.open();
});

afterAll(() => world.close());

/** At most one payment of an instrument can ever be collected, over all its generations. */
async function paidTwice(): Promise<number> {
  const instruments = await world.rows<{ name: string; reference: Buffer }>(
    `SELECT encode(obligation, 'hex') || number AS name, reference FROM instrument`,
  );
  const successes = new Map<string, number>();
  for (const { name, reference } of instruments) {
    const isPaid = world.partner.successful.has(reference.toString('base64url'));
    successes.set(name, (successes.get(name) ?? 0) + (isPaid ? 1 : 0));
  }
  return [...successes.values()].filter((count) => count > 1).length;
}

function dieAtNextCommit(): void {
  (world.service.get(DisbursementService) as MortalDisbursement).dieAtNextCommit();
}

let site = 0;

async function present(): Promise<SignedHousehold> {
  const household = world.household();
  site += 1;
  await world.service.deliver([household.payout('CASH', { site: `RAIL-${site}` }), world.grant(household)]);
  return household;
}

async function totals(): Promise<{ readonly available: bigint }> {
  const { accounts } = await world.books();
  return { available: BigInt(accounts['PHIL/available'] ?? '0') };
}

async function codesOf(household: SignedHousehold): Promise<readonly string[]> {
  const box = household.box('payments', await world.service.published());
  return box === undefined ? [] : household.codes(box);
}

afterEach(async () => {
  world.partner.behave();
  await world.runRailRounds();
  expect(await paidTwice()).toBe(0);
  expect(await world.books()).toMatchObject({ balanced: true, freeze: null });
});

describe('a partner without faults', () => {
  it('is called once, and the household alone can read the code', async () => {
    const household = await present();
    const calls = world.partner.calls.length;
    await world.runRailRound();
    expect(world.partner.calls.length - calls).toBe(1);
    const box = household.box('payments', await world.service.published());
    expect(box).toMatchObject({ status: 'ready-to-collect', amountCents: '25000', highestRequest: 0 });
    const [code] = await codesOf(household);
    expect([...world.partner.successful.values()].map((payment) => payment.code)).toContain(code);
    expect(household.notices('payments', await world.service.published())).toEqual(['ready']);
    expect(await world.runRailRound()).toBe(0);
    expect(world.partner.calls.length - calls).toBe(1);
  });

  it('reports a collection: within two hours it is booked and the grant is closed', async () => {
    const household = await present();
    await world.runRailRound();
    const [code = ''] = await codesOf(household);
    expect(world.partner.collect(code)).toBe(true);
    expect(world.partner.collect(code)).toBe(false);
    world.pass(2 * HOUR_MS);
    await world.runRailRound();
    const said = await world.service.published();
    expect(household.box('payments', said)).toMatchObject({ status: 'collected', amountCents: '25000', ready: [] });
    expect(
      said.filter(({ contract }) => contract === 'payments.grant-closed').map(({ payload }) => payload['ended']),
    ).toEqual(['paid']);
  });

  it('returns everything after a withdrawal before sending; after sending the code is voided', async () => {
    const [early, late] = [await present(), world.household()];
    const grantOf = (household: SignedHousehold, id: string) => world.grant(household, { id });
    const [first, second] = ['a'.repeat(42) + 'A', 'b'.repeat(42) + 'A'];
    await world.service.deliver([late.payout('CASH', { site: 'LATE' }), grantOf(late, second)]);
    const other = world.household();
    await world.service.deliver([other.payout('CASH', { site: 'OTHER' }), grantOf(other, first)]);
    await world.service.deliver([world.cancel(first)]);
    await world.runRailRound();
    const [code] = await codesOf(late);
    await world.service.deliver([world.cancel(second)]);
    await world.runRailRound();
    const said = await world.service.published();
    expect(other.box('payments', said)?.status).toBe('closed');
    expect(late.box('payments', said)).toMatchObject({ status: 'closed', ready: [] });
    expect(early.box('payments', said)?.status).toBe('ready-to-collect');
    expect([...world.partner.successful.values()].map((each) => each.code)).not.toContain(code);
    expect(await world.rows(`SELECT state FROM instrument WHERE site = 'LATE'`)).toEqual([{ state: 'void' }]);
    expect((await world.books()).balanced).toBe(true);
  });

  it('decides between a withdrawal and a collection at the same moment', async () => {
    const household = await present();
    await world.runRailRound();
    const [code = ''] = await codesOf(household);
    const head = await world.books();
    await world.service.deliver([household.askPayments(1, { kind: 'withdraw' })]);
    expect(household.box('payments', await world.service.published())).toMatchObject({ status: 'closed', ready: [] });
    world.partner.collect(code);
    await world.runRailRound();
    const books = await world.books();
    expect(books.balanced).toBe(true);
    expect(books.instruments['collected']).toBe((head.instruments['collected'] ?? 0) + 1);
  });
});

describe('a payment', () => {
  it('derives its reference from grant, instrument and generation, so a lost database derives the same', async () => {
    await present();
    const instruments = await world.rows<{ name: Buffer; number: number; generation: number; reference: Buffer }>(
      `SELECT o.rail_name AS name, i.number, i.generation, i.reference
         FROM instrument i JOIN obligation o ON o.id = i.obligation`,
    );
    for (const { name, number, generation, reference } of instruments) {
      const railName = name.toString('base64url');
      expect(reference).toEqual(world.service.keyed('rail-reference', railName, number, generation));
    }
    const [household, grant] = [world.household(), randomId()];
    await world.service.deliver([world.grant(household, { id: grant })]);
    const named = await world.rows('SELECT FROM obligation WHERE rail_name = $1', [
      world.service.keyed('ledger', 'rail', grant),
    ]);
    expect(named).toHaveLength(1);
  });

  it('is not taken back by a withdrawal after a crash during a call: an inquiry comes first, then a void', async () => {
    const household = world.household();
    const id = randomId();
    await world.service.deliver([household.payout('CASH', { site: 'CRASH' }), world.grant(household, { id })]);
    const { available } = await totals();
    const before = new Set(world.partner.successful.keys());
    dieAtNextCommit();
    await world.runRailRound();
    const issued = [...world.partner.successful.keys()].filter((reference) => !before.has(reference));
    expect(issued).toHaveLength(1);
    await world.service.deliver([world.cancel(id)]);
    expect(await world.rows(`SELECT state FROM instrument WHERE site = 'CRASH'`)).toEqual([{ state: 'intended' }]);
    await world.runRailRounds(3);
    expect(await world.rows(`SELECT state FROM instrument WHERE site = 'CRASH'`)).toEqual([{ state: 'void' }]);
    expect([...world.partner.successful.keys()]).not.toContain(issued[0]);
    expect((await totals()).available).toBe(available + 25_000n);
  });
});

describe.each(['before the reply is kept', 'not at all'] as const)('a crash %s', (crash) => {
  it.each(misbehaviours)('and a partner of the kind %s: paid once, in the end', async (how: Misbehaviour) => {
    const household = await present();
    world.partner.misbehave(how);
    if (crash === 'before the reply is kept') dieAtNextCommit();
    await world.runRailRound();
    expect(await paidTwice()).toBe(0);
    expect((await world.books()).balanced).toBe(true);
    await world.runRailRounds(8);
    const box = household.box('payments', await world.service.published());
    expect(box).toMatchObject({ status: 'ready-to-collect', amountCents: '25000' });
    const codes = await codesOf(household);
    expect(codes).toHaveLength(1);
    const payment = [...world.partner.successful.values()].find(({ code }) => code === codes[0]);
    expect(payment?.amountCents).toBe('25000');
  });
});

describe('a partner with many faults', () => {
  it.each(['reply-lost', 'error-before', 'truncated', 'other-amount', 'other-reference'] as const)(
    'also the inquiry goes wrong: %s',
    async (how) => {
      const household = await present();
      world.partner.misbehave('reply-lost');
      // A repeated answer is believed and calls people, so the partner reports the wrong amount only once.
      const times = how === 'other-amount' ? 1 : 3;
      for (let time = 0; time < times; time += 1) world.partner.misbehave(how, 'inquire');
      await world.runRailRounds();
      expect(await codesOf(household)).toHaveLength(1);
    },
  );

  it.each(['reply-lost', 'error-before', 'error-after', 'truncated', 'other-reference'] as const)(
    'a code was lost and its voiding goes wrong: %s',
    async (how) => {
      const household = await present();
      world.partner.misbehave('without-secret');
      world.partner.misbehave(how, 'void');
      await world.runRailRounds();
      const codes = await codesOf(household);
      expect(codes).toHaveLength(1);
      expect([...world.partner.successful.values()].map(({ code }) => code)).toContain(codes[0]);
    },
  );

  it('pays each of eighty households once, with a fault in each call and a crash in every third round', async () => {
    const households: SignedHousehold[] = [];
    const first = site + 1;
    for (let at = 0; at < 80; at += 1) households.push(await present());
    let draw = 7;
    const next = (below: number): number => {
      draw = (draw * 1_103_515_245 + 12_345) % 2_147_483_648;
      return draw % below;
    };
    for (let round = 0; round < 30; round += 1) {
      for (let bad = 0; bad < 24; bad += 1) {
        const how = misbehaviours[next(misbehaviours.length)] as Misbehaviour;
        world.partner.misbehave(how, (['issue', 'issue', 'inquire', 'void'] as const)[next(4)]);
      }
      if (round % 3 === 0) dieAtNextCommit();
      if (round % 5 === 0) world.partner.passTime();
      await world.runRailRound();
      world.pass(61_000);
      expect(await paidTwice()).toBe(0);
    }
    expect((await world.books()).balanced).toBe(true);
    world.partner.behave();
    await world.runRailRounds();
    const said = await world.service.published();
    const sites = households.map((_, at) => `RAIL-${first + at}`);
    const [{ disputed } = { disputed: 0 }] = await world.rows<{ disputed: number }>(
      `SELECT count(*)::int AS disputed FROM instrument WHERE state = 'disputed' AND site = ANY($1)`,
      [sites],
    );
    const ready = households.filter((household) => household.box('payments', said)?.status === 'ready-to-collect');
    expect(ready.length + disputed).toBe(80);
    const codes = new Set(ready.flatMap((household) => household.codes(household.box('payments', said) as never)));
    expect(codes.size).toBe(ready.length);
    const good = new Set([...world.partner.successful.values()].map(({ code }) => code));
    expect([...codes].every((code) => good.has(code))).toBe(true);
  });

  it('is called in growing pauses while it is down', async () => {
    await present();
    const before = world.partner.calls.length;
    for (let time = 0; time < 200; time += 1) {
      world.partner.misbehave('error-before');
      world.partner.misbehave('error-before', 'inquire');
    }
    for (let round = 0; round < 100; round += 1) {
      await world.runRailRound();
      world.pass(100);
    }
    // Ten seconds: at once, once more, and then after pauses that double.
    expect(world.partner.calls.length - before).toBeLessThanOrEqual(8);
  });

  it('is called in growing pauses while inquiries find nothing and issuing fails', async () => {
    await present();
    const before = world.partner.calls.length;
    for (let time = 0; time < 200; time += 1) world.partner.misbehave('error-before');
    for (let round = 0; round < 100; round += 1) {
      await world.runRailRound();
      world.pass(100);
    }
    expect(world.partner.calls.length - before).toBeLessThanOrEqual(8);
  });
});
