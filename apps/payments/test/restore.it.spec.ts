import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { AnchorService } from '../src/ledger/index.js';
import { DisbursementService } from '../src/disbursement/index.js';
import { RestoredCity, type Case } from './restored-city.js';
import { MortalDisbursement, PaymentsWorld } from './support.js';

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

describe('payments restored to an older state', () => {
  it('from before the grant existed: freezes, adopts the payment, and pays nobody twice', async () => {
    const copy = await city.copy();
    const paid = await city.apply();
    await world.runRailRound();
    const code = await city.codeOf(paid);
    const calls = world.partner.calls.filter(({ path }) => path === '/cash/codes').length;
    await city.restore(copy, paid);
    expect(await world.runRailRound()).toBe(0);
    expect(await world.books()).toMatchObject({ freeze: 'books-older-than-anchor' });
    const seen = await city.lift();
    expect(seen.found).toMatchObject({ adopted: 1, unmatched: 0, differing: 0, unanswered: 0, unfunded: 0 });
    await city.settleDown();
    expect(await world.books()).toMatchObject({ balanced: true, freeze: null });
    expect(world.partner.calls.filter(({ path }) => path === '/cash/codes').length).toBe(calls);
    expect(city.payments()).toEqual(['25000']);
    expect(await city.codeOf(paid)).toBe(code);
  });

  it('it is detected at the start', async () => {
    await city.payAndRestore();
    await world.service.reopen();
    expect((await world.service.health()).checks).toMatchObject({ ledgerFreeze: expect.stringMatching(/^books-/) });
    await city.lift();
    await city.settleDown();
    expect(city.payments()).toEqual(['25000']);
  });

  it('another database only since the round began: no rail is called', async () => {
    await city.apply();
    // It was claimed before the copy was made, and is due again in the copy.
    (world.service.get(DisbursementService) as MortalDisbursement).dieAtNextCommit();
    await world.runRailRound();
    const copy = await city.copy();
    world.pass(61_000);
    await world.runRailRound();
    world.pass(61_000);
    await city.apply();
    const anchor = world.service.get(AnchorService);
    const advance = anchor.advance.bind(anchor);
    anchor.advance = async () => {
      const mayGoOn = await advance();
      await city.restore(copy);
      return mayGoOn;
    };
    const calls = world.partner.calls.length;
    expect(await world.runRailRound()).toBe(0);
    expect(world.partner.calls.length).toBe(calls);
    expect(await world.books()).toMatchObject({ freeze: 'books-older-than-anchor' });
  });

  it('a message that the log has not delivered again yet prevents a lift', async () => {
    const copy = await city.copy();
    const paid = await city.apply();
    await world.runRailRound();
    await city.restore(copy);
    const seen = await city.freeze();
    expect(seen.found).toMatchObject({ unmatched: 1 });
    expect(await city.liftBy(city.people.first, { digest: seen.digest })).toBe('not-now');
    await world.service.deliver(paid.messages);
    await city.lift();
    await city.settleDown();
    expect(city.payments()).toEqual(['25000']);
  });

  it('from between intent and sending: an inquiry comes first, then a void for a withdrawal', async () => {
    const paid = await city.apply();
    const copy = await city.copy();
    await world.runRailRound();
    await city.deliver(paid, world.cancel(paid.grant));
    await city.restore(copy, { ...paid, messages: paid.messages.slice(2) });
    expect(await world.books()).toMatchObject({ freeze: 'books-older-than-anchor' });
    await city.lift();
    await city.settleDown();
    expect(paid.household.box('payments', await world.service.published())).toMatchObject({
      status: 'closed',
      ready: [],
    });
    expect(city.payments()).toEqual([]);
    expect(await world.rows('SELECT state FROM instrument')).toEqual([{ state: 'void' }]);
    expect(await world.books()).toMatchObject({ balanced: true, accounts: { 'PHIL/outstanding': '0' } });
  });

  it('from before sending, with another payout method since: it keeps the method of its payment', async () => {
    const paid = await city.apply();
    const copy = await city.copy();
    await world.runRailRound();
    await city.deliver(paid, paid.household.askPayments(1, { kind: 'payout-change', way: 'CARD' }));
    await city.restore(copy, { ...paid, messages: paid.messages.slice(2) });
    await city.lift();
    await city.settleDown();
    expect(city.payments()).toEqual(['25000']);
    expect(city.good()).toContain(await city.codeOf(paid));
  });

  it('from after sending and before the answer was stored: an inquiry finds the code', async () => {
    const paid = await city.apply();
    (world.service.get(DisbursementService) as MortalDisbursement).dieAtNextCommit();
    await world.runRailRound();
    const copy = await city.copy();
    world.pass(61_000);
    await world.runRailRound();
    const other = await city.apply();
    await world.runRailRound();
    await city.restore(copy, other);
    await city.lift();
    await city.settleDown();
    expect(city.payments()).toEqual(['25000', '25000']);
    expect(city.good()).toEqual(expect.arrayContaining([await city.codeOf(paid), await city.codeOf(other)]));
  });

  it('from before a code was voided and issued again: the second is adopted, the first stays void', async () => {
    const paid = await city.apply();
    const copy = await city.copy();
    world.partner.misbehave('without-secret');
    await world.runRailRounds(6);
    const code = await city.codeOf(paid);
    await city.restore(copy, { ...paid, messages: [] });
    await city.lift();
    await city.settleDown();
    expect(city.payments()).toEqual(['25000']);
    expect([await city.codeOf(paid), city.good()]).toEqual([code, expect.arrayContaining([code])]);
    expect(await world.books()).toMatchObject({ balanced: true });
  });

  it('with a collection meanwhile: it is booked as paid and not paid again', async () => {
    const copy = await city.copy();
    const paid = await city.apply();
    await world.runRailRound();
    world.partner.collect((await city.codeOf(paid)) ?? '');
    await city.restore(copy, paid);
    await city.lift();
    await city.settleDown();
    expect(paid.household.box('payments', await world.service.published())?.status).toBe('collected');
    expect(city.payments()).toEqual(['25000']);
    expect(await world.books()).toMatchObject({ balanced: true });
  });

  it('with a partner that tells no code twice: void, a definite no, and a new one', async () => {
    const copy = await city.copy();
    const paid = await city.apply();
    await world.runRailRound();
    const before = await city.codeOf(paid);
    await city.restore(copy, paid);
    world.partner.forgetCodes();
    await city.lift();
    await city.settleDown();
    const after = await city.codeOf(paid);
    expect(after).not.toBe(before);
    expect([city.good().includes(before ?? ''), city.good().includes(after ?? '')]).toEqual([false, true]);
    expect(city.payments()).toEqual(['25000']);
  });

  it('older and then longer: more is committed than before, and it is still detected', async () => {
    const copy = await city.copy();
    const paid = await city.apply();
    await world.runRailRound();
    await city.restore(copy);
    // A process that does not know the anchor commits more than there was.
    const elsewhere = await PaymentsWorld.beside(world);
    const others: Case[] = [];
    for (let at = 0; at < 6; at += 1) {
      const other = city.prepared();
      others.push(other);
      await elsewhere.service.deliver(other.messages);
    }
    await elsewhere.leave();
    expect(await world.runRailRound()).toBe(0);
    expect(await world.books()).toMatchObject({ freeze: 'books-other-than-anchor' });
    await world.service.deliver(paid.messages);
    await city.lift();
    await city.settleDown();
    expect(city.payments()).toEqual(Array.from({ length: 7 }, () => '25000'));
    const codes = await Promise.all([paid, ...others].map((each) => city.codeOf(each)));
    expect(new Set(codes).size).toBe(7);
  });

  it('nothing is planned or published while the ledger is frozen; arrivals are planned after the lift', async () => {
    const copy = await city.copy();
    const paid = await city.apply();
    await world.runRailRound();
    await city.restore(copy, paid);
    const during = await city.apply();
    expect(await world.rows(`SELECT state FROM instrument WHERE site = '${city.lastSite}'`)).toEqual([]);
    expect(during.household.box('payments', await world.service.published())).toBeUndefined();
    await city.lift();
    await city.settleDown();
    expect(city.payments()).toEqual(['25000', '25000']);
    expect(city.good()).toContain(await city.codeOf(during));
  });

  it('a message that arrives only after the lift leads to an inquiry before sending', async () => {
    const copy = await city.copy();
    const paid = await city.apply();
    await world.runRailRound();
    const code = await city.codeOf(paid);
    await city.restore(copy);
    await city.lift(true);
    const calls = world.partner.calls.length;
    await world.service.deliver(paid.messages);
    await city.settleDown();
    expect(world.partner.calls.slice(calls).map(({ path }) => path)).toEqual(['/cash/inquiries']);
    expect(city.payments()).toEqual(['25000']);
    expect(await city.codeOf(paid)).toBe(code);
  });

  it('a withdrawal after the lift voids at the partner what may have been sent', async () => {
    const copy = await city.copy();
    const paid = await city.apply();
    world.partner.misbehave('not-found-then-posts');
    await world.runRailRound();
    await city.restore(copy, paid);
    await city.lift();
    await world.retryWaitingList();
    await city.deliver(paid, world.cancel(paid.grant));
    await city.settleDown();
    expect(city.payments()).toEqual([]);
    expect(paid.household.box('payments', await world.service.published())?.status).toBe('closed');
    expect(await world.books()).toMatchObject({ balanced: true });
  });
});

describe('the anchor', () => {
  it.each([
    ['lost', () => rmSync(city.anchorFile), 'anchor-missing'],
    ['half written', () => writeFileSync(city.anchorFile, '{"seq":"12","ha'), 'anchor-unreadable'],
  ])('%s: the ledger is frozen until two people lift it', async (_, harm, reason) => {
    await city.apply();
    await world.runRailRound();
    harm();
    await city.apply();
    expect(await world.runRailRound()).toBe(0);
    expect(await world.books()).toMatchObject({ freeze: reason });
    await city.lift();
    await city.settleDown();
    expect(city.payments()).toEqual(['25000', '25000']);
  });

  it('of an earlier moment: the ledger is ahead of it, as after a crash, and goes on', async () => {
    await city.apply();
    await world.runRailRound();
    const earlier = readFileSync(city.anchorFile, 'utf8');
    await city.apply();
    await world.runRailRound();
    writeFileSync(city.anchorFile, earlier);
    await city.apply();
    await city.settleDown();
    expect(await world.books()).toMatchObject({ balanced: true, freeze: null });
    expect(city.payments()).toEqual(['25000', '25000', '25000']);
  });

  it('a crash between the lift and the anchor: the lift counts', async () => {
    const copy = await city.copy();
    const paid = await city.apply();
    await world.runRailRound();
    await city.restore(copy, paid);
    const held = readFileSync(city.anchorFile, 'utf8');
    await city.lift();
    writeFileSync(city.anchorFile, held);
    await world.service.get(AnchorService).onModuleInit();
    await city.settleDown();
    expect(await world.books()).toMatchObject({ freeze: null });
    expect(city.payments()).toEqual(['25000']);
  });

  it('is shared: both processes freeze, and both go on', async () => {
    const copy = await city.copy();
    const paid = await city.apply();
    await world.runRailRound();
    await city.restore(copy, paid);
    const other = await PaymentsWorld.beside(world, world.anchor);
    expect([await world.runRailRound(), await other.runRailRound()]).toEqual([0, 0]);
    expect((await other.books()).freeze).toBe('books-older-than-anchor');
    await city.lift();
    await other.runRailRound();
    await city.settleDown();
    expect([(await world.books()).freeze, (await other.books()).freeze]).toEqual([null, null]);
    const more = await Promise.all(Array.from({ length: 4 }, () => city.apply()));
    await Promise.all([world.runRailRound(), other.runRailRound(), world.runRailRound(), other.runRailRound()]);
    await city.settleDown();
    expect(more).toHaveLength(4);
    expect(city.payments()).toEqual(Array.from({ length: 5 }, () => '25000'));
    await other.leave();
  });
});
