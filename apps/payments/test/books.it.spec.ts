import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dataSourceOf, entitiesOf } from '#libs/service';
import { doorsOf, doorsOfEach } from '../../../test/support/doors.js';
import { randomId } from '../../../test/support/signed-household.js';
import { schemaDrift } from '../../../test/support/schema-drift.js';
import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { testDatabase } from '../../../test/support/stack.js';
import { statementsOf } from '../../../test/support/statements.js';
import { AnchorService } from '../src/ledger/index.js';
import { PaymentsModule, payments } from '../src/payments.module.js';
import { PaymentsWorld } from './support.js';

let world: PaymentsWorld;

beforeAll(async () => {
  world = await PaymentsWorld.open();
});

afterAll(() => world.close());

const head = async (): Promise<string | undefined> =>
  (await world.rows<{ seq: string }>('SELECT seq::text FROM chain_head'))[0]?.seq;

describe('the routes', () => {
  it('are these and no others, and an unsigned request reaches only public ones', async () => {
    expect(await doorsOf(world.service)).toEqual({
      ...doorsOfEach,
      'main GET /v1/books': 401,
      'main GET /v1/ledger-freeze': 401,
      'main POST /v1/disputed/open': 401,
      'main POST /v1/disputed/resolutions': 401,
      'main POST /v1/ledger-freeze/lift': 401,
      'main POST /v1/release/approvals': 401,
      'main POST /v1/release/batches': 401,
      'main POST /v1/release/open': 401,
    });
  });
});

describe('the ledger', () => {
  it('starts with the given money, minus the share that is set aside', async () => {
    expect(await world.books()).toEqual({
      balanced: true,
      checks: {
        'each-commit-sums-to-zero': true,
        'balances-are-their-entries': true,
        'instruments-sum-to-their-grant': true,
        'one-living-generation': true,
        'in-flight-is-what-was-sent': true,
        'outstanding-is-what-is-issued': true,
        'reserved-is-what-is-promised': true,
        'paid-is-what-was-collected': true,
        'chain-has-no-gap': true,
      },
      accounts: { 'PHIL/available': '144500000', 'PHIL/given': '-170000000', 'PHIL/set-aside': '25500000' },
      instruments: {},
      obligations: {},
      freeze: null,
    });
  });

  it.each([
    'UPDATE entry SET amount_cents = 1',
    'DELETE FROM entry',
    'TRUNCATE entry',
    `UPDATE chain SET hash = '\\x00'`,
    'DELETE FROM chain',
    'TRUNCATE chain',
  ])('cannot be changed by anybody: %s', async (statement) => {
    await expect(world.rows(statement)).rejects.toThrow('the books are append-only');
  });

  it('no account except given money can be negative', async () => {
    await expect(world.rows(`UPDATE account SET balance_cents = -1 WHERE name = 'PHIL/available'`)).rejects.toThrow();
  });

  it('writes nothing when nothing changes: rounds and requests without effect', async () => {
    const household = world.household();
    await world.service.deliver([
      household.payout('CASH', { lane: 'own-device' }),
      world.grant(household, { kind: 'standard', amountCents: 70_000 }),
    ]);
    const before = await head();
    await world.service.deliver([household.askPayments(1, { kind: 'presence' }, { lane: 'own-device' })]);
    await world.retryWaitingList();
    expect(await head()).toBe(before);
  });

  it('reserves no cent twice for a hundred households in two processes', async () => {
    const other = await ServiceUnderTest.open(payments, {
      keyrings: world.keyrings,
      module: PaymentsModule,
      clock: world.service.clock,
      env: { ANCHOR: world.anchor, RAIL_URL: world.partner.url },
      database: world.service.database,
    });
    try {
      const [row] = await world.rows<{ cents: string }>(
        `SELECT balance_cents::text AS cents FROM account WHERE name = 'PHIL/available'`,
      );
      const available = BigInt(row?.cents ?? 0);
      // One grant reserves all money except what fifty others need.
      const big = world.household();
      const rest = available - 50n * 100_000n;
      for (let left = rest; left > 0n; left -= 10_000_000n) {
        const amountCents = Number(left < 10_000_000n ? left : 10_000_000n);
        const each = left === rest ? big : world.household();
        await world.service.deliver([world.grant(each, { kind: 'standard', amountCents })]);
      }
      const batches = Array.from({ length: 20 }, () =>
        Array.from({ length: 5 }, () => world.grant(world.household(), { kind: 'standard', amountCents: 100_000 })),
      );
      await Promise.all(batches.map((batch, at) => (at % 2 === 0 ? world.service : other).deliver(batch)));
      // The two halves of a household arrive in different processes.
      const halves = Array.from({ length: 20 }, () => world.household());
      await Promise.all([
        world.service.deliver(halves.map((each) => each.payout('CASH'))),
        other.deliver(halves.map((each) => world.grant(each, { kind: 'standard', amountCents: 100_000 }))),
      ]);
      const said = await other.published();
      expect(new Set(halves.map((each) => each.box('payments', said)?.status))).toEqual(new Set(['waiting-list']));
      const books = await world.books();
      expect(books.balanced).toBe(true);
      expect(books.accounts['PHIL/available']).toBe('0');
      expect(books.obligations['waiting-list']).toBe(70);
    } finally {
      await other.close();
    }
  });
});

describe('the waiting list', () => {
  let list: PaymentsWorld;

  beforeAll(async () => {
    list = await PaymentsWorld.open();
  });

  afterAll(() => list.close());

  it('does not let a small grant pass a more urgent one that is too large for the rest', async () => {
    for (let left = 144_500_000 - 150_000; left > 0; left -= 9_000_000) {
      const amountCents = Math.min(left, 9_000_000);
      await list.service.deliver([list.grant(list.household(), { kind: 'standard', amountCents })]);
    }
    await list.rows(`UPDATE obligation SET service_area = 'Filler'`);
    const own = (): Promise<object[]> =>
      list.rows(
        `SELECT amount_cents::int AS cents, status FROM obligation
        WHERE service_area <> 'Filler' ORDER BY amount_cents`,
      );
    const withdrawn = randomId();
    const [first, urgent, small] = [list.household(), list.household(), list.household()];
    await list.service.deliver([list.grant(first, { id: withdrawn, kind: 'standard', amountCents: 100_000 })]);
    await list.service.deliver([list.grant(urgent, { kind: 'standard', amountCents: 150_000 })]);
    await list.service.deliver([list.grant(small, { kind: 'standard', amountCents: 10_000, tier: 3 })]);
    await list.retryWaitingList();
    expect(await own()).toEqual([
      { cents: 10_000, status: 'waiting-list' },
      { cents: 100_000, status: 'reserved' },
      { cents: 150_000, status: 'waiting-list' },
    ]);
    await list.service.deliver([list.cancel(withdrawn)]);
    await list.retryWaitingList();
    expect(await own()).toEqual([
      { cents: 10_000, status: 'waiting-list' },
      { cents: 100_000, status: 'closed' },
      { cents: 150_000, status: 'reserved' },
    ]);
    expect(await list.books()).toMatchObject({ balanced: true, accounts: { 'PHIL/available': '0' } });
  });
});

describe('limits of release without people', () => {
  let limits: PaymentsWorld;

  beforeAll(async () => {
    limits = await PaymentsWorld.open();
  });

  afterAll(() => limits.close());

  it('ten rapid grants an hour at one site; the eleventh when the hour is over', async () => {
    const households = Array.from({ length: 11 }, () => limits.household());
    await limits.service.deliver(households.map((each) => each.payout('CASH', { site: 'BUSY' })));
    await limits.service.deliver(households.map((each) => limits.grant(each)));
    expect((await limits.books()).instruments).toEqual({ intended: 10, capped: 1 });
    await limits.retryWaitingList();
    expect((await limits.books()).instruments).toEqual({ intended: 10, capped: 1 });
    limits.pass(56 * 60_000);
    await limits.retryWaitingList();
    expect((await limits.books()).instruments).toEqual({ intended: 11 });
    expect((await limits.books()).balanced).toBe(true);
  });

  it('when the week is used up, tier one gets a rapid grant, others wait, and nobody waits for them', async () => {
    await limits.rows(`UPDATE rapid_week SET cents = 17000000`);
    const [urgent, other, standard] = [limits.household(), limits.household(), limits.household()];
    const all = [urgent, other, standard];
    await limits.service.deliver(all.map((each, at) => each.payout('CASH', { site: `WEEK-${at}` })));
    await limits.service.deliver([limits.grant(other, { tier: 2 })]);
    await limits.service.deliver([
      limits.grant(urgent, { tier: 1 }),
      limits.grant(standard, { kind: 'standard', amountCents: 45_000, tier: 3 }),
    ]);
    const said = await limits.service.published();
    expect(all.map((each) => each.box('payments', said)?.status)).toEqual(['approved', 'waiting-list', 'approved']);
    expect(other.notices('payments', said)).toEqual(['update']);
    await limits.retryWaitingList();
    expect((await limits.books()).obligations['waiting-list']).toBe(1);
    await limits.rows(`UPDATE rapid_week SET week = week - 7`);
    await limits.retryWaitingList();
    expect((await limits.books()).obligations['waiting-list']).toBeUndefined();
    expect((await limits.books()).balanced).toBe(true);
  });
});

describe('the anchor', () => {
  let anchored: PaymentsWorld;

  beforeAll(async () => {
    anchored = await PaymentsWorld.open();
    const household = anchored.household();
    await anchored.service.deliver([household.payout('CASH'), anchored.grant(household)]);
    await anchored.runRailRound();
  });

  afterAll(() => anchored.close());

  const file = (): string => join(anchored.anchor, 'payments.json');

  async function restart(): Promise<void> {
    await anchored.service.get(AnchorService).onModuleInit();
  }

  async function more(): Promise<void> {
    const household = anchored.household();
    await anchored.service.deliver([
      household.payout('CASH', { site: randomId().slice(0, 6).toUpperCase().replace(/\W|_/g, 'X') }),
      anchored.grant(household),
    ]);
  }

  it('is checked with one statement while there is nothing new', async () => {
    const anchor = anchored.service.get(AnchorService);
    await anchor.advance();
    const { servicePool } = anchored.service;
    const statements = await statementsOf(servicePool, async () => expect(await anchor.advance()).toBe(true));
    expect(statements).toEqual(['SELECT seq, hash FROM chain_head']);
  });

  it('moves before anything is sent; a crash between the commit and the anchor freezes nothing', async () => {
    const before = readFileSync(file(), 'utf8');
    await more();
    await restart();
    expect(await anchored.runRailRound()).toBe(1);
    expect(readFileSync(file(), 'utf8')).not.toBe(before);
    expect((await anchored.books()).freeze).toBeNull();
  });

  it('with a pair that the ledger does not contain stops sending; health says so and stays ready', async () => {
    const good = readFileSync(file(), 'utf8');
    const { seq } = JSON.parse(good) as { seq: string };
    const cases: [string, string][] = [
      [
        JSON.stringify({ seq: String(BigInt(seq) + 1_000n), hash: Buffer.alloc(32).toString('base64url') }),
        'books-older-than-anchor',
      ],
      [JSON.stringify({ seq, hash: Buffer.alloc(32).toString('base64url') }), 'books-other-than-anchor'],
    ];
    for (const [text, reason] of cases) {
      await more();
      writeFileSync(file(), text);
      await restart();
      const calls = anchored.partner.calls.length;
      expect(await anchored.runRailRound()).toBe(0);
      expect(anchored.partner.calls.length).toBe(calls);
      expect((await anchored.books()).freeze).toBe(reason);
      expect((await anchored.service.health()).checks).toMatchObject({ ledgerFreeze: reason });
      expect(readFileSync(file(), 'utf8')).toBe(text);
      writeFileSync(file(), good);
      await restart();
      expect(await anchored.runRailRound()).toBe(1);
    }
  });

  it('that is missing after money was sent freezes the ledger', async () => {
    const good = readFileSync(file(), 'utf8');
    rmSync(file());
    await restart();
    expect(await anchored.runRailRound()).toBe(0);
    expect((await anchored.books()).freeze).toBe('anchor-missing');
    writeFileSync(file(), good);
    await restart();
    expect((await anchored.books()).freeze).toBeNull();
  });

  it('also stops a running process whose connection leads to another database', async () => {
    await more();
    const good = readFileSync(file(), 'utf8');
    writeFileSync(file(), JSON.stringify({ seq: '1', hash: Buffer.alloc(32).toString('base64url') }));
    expect(await anchored.runRailRound()).toBe(0);
    expect((await anchored.books()).freeze).toBe('books-other-than-anchor');
    writeFileSync(file(), good);
    await restart();
    expect(await anchored.runRailRound()).toBe(1);
  });
});

describe('the schema', () => {
  it('goes up, down and up again, and matches the entities', async () => {
    const { url, drop } = await testDatabase();
    const source = await dataSourceOf({ url, ...payments, entities: entitiesOf(payments) }).initialize();
    try {
      const tables = async (): Promise<string[]> =>
        (
          await source.query<{ name: string }[]>(
            `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
          )
        ).map(({ name }) => name);
      await source.runMigrations();
      const up = await tables();
      await source.undoLastMigration();
      expect(await tables()).toEqual(['migration']);
      await source.runMigrations();
      expect(await tables()).toEqual(up);
      expect(await schemaDrift(source)).toEqual([]);
    } finally {
      await source.destroy();
      await drop();
    }
  });
});
