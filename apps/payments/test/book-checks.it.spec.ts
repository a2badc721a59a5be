import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Tx } from '#libs/database';
import { changeOf } from '../src/domain/ledger.js';
import type { AccountKind, Posting } from '../src/domain/money.js';
import type { Instrument, InstrumentState, Obligation } from '../src/domain/obligation.js';
import { idOf, LedgerTables } from './ledger-tables.js';

const NOW_MS = Date.UTC(2026, 10, 18, 15, 5);
const CENTS = 25_000n;

const obligationOf = (n: number, change: Partial<Obligation>): Obligation => ({
  id: idOf(n),
  kind: 'rapid',
  amountCents: CENTS,
  needs: ['FOD'],
  tier: 1,
  serviceArea: 'East',
  status: 'reserved',
  fund: 'GIFT',
  instruments: [],
  ...change,
});

const instrumentIn = (state: InstrumentState, change: Partial<Instrument> = {}): Instrument => ({
  number: 0,
  generation: 0,
  amountCents: CENTS,
  payoutMethod: 'CASH',
  site: undefined,
  state,
  isSecretLost: false,
  isClaimed: false,
  inquireFirst: false,
  ...change,
});

const line = (n: number, to: AccountKind): Posting => ({
  fund: 'GIFT',
  from: 'available',
  to,
  amountCents: CENTS,
  obligation: idOf(n),
});

/** An obligation in each state in which money lies in another account, and an instrument with an older generation. */
const accountOfState: readonly (readonly [InstrumentState, AccountKind])[] = [
  ['waiting-release', 'reserved'],
  ['capped', 'reserved'],
  ['intended', 'in-flight'],
  ['unknown', 'in-flight'],
  ['disputed', 'in-flight'],
  ['issued', 'outstanding'],
  ['collected', 'paid'],
];
const UNSPLIT = 7;
const WAITING = 8;
const VOID = 9;
const RENEWED = 10;

let tables: LedgerTables;
beforeAll(async () => {
  tables = await LedgerTables.create();
});
afterAll(() => tables.close());

async function fill(tx: Tx): Promise<void> {
  const given = { fund: 'GIFT', from: 'given', to: 'available', obligation: undefined } as const;
  await tables.book(tx, changeOf([], [{ ...given, amountCents: 1_000_000n }]), { nowMs: NOW_MS });
  const split = accountOfState.map(([state], n) => obligationOf(n, { instruments: [instrumentIn(state)] }));
  const postings = accountOfState.map(([, account], n) => line(n, account));
  const more = [
    obligationOf(UNSPLIT, {}),
    obligationOf(WAITING, { status: 'waiting-list', fund: undefined }),
    obligationOf(VOID, { status: 'closed', instruments: [instrumentIn('void')] }),
    obligationOf(RENEWED, { instruments: [instrumentIn('void'), instrumentIn('issued', { generation: 1 })] }),
  ];
  const changed = changeOf([...split, ...more], [...postings, line(UNSPLIT, 'reserved'), line(RENEWED, 'outstanding')]);
  await tables.book(tx, changed, { nowMs: NOW_MS });
}

async function failing(tx: Tx): Promise<readonly string[]> {
  const { balanced, checks } = await tables.figures(tx);
  const failed = Object.entries(checks).flatMap(([name, holds]) => (holds ? [] : [name]));
  expect(balanced).toBe(failed.length === 0);
  return failed;
}

/** What nobody can do through the service; the owner of the tables could. */
async function damage(tx: Tx, statement: string): Promise<void> {
  for (const table of ['entry', 'chain']) await tx.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  await tx.query(statement);
}

const idBytes = (n: number): string => `'\\x${Buffer.from(idOf(n), 'base64url').toString('hex')}'`;
const at = (n: number): string => `obligation = ${idBytes(n)}`;

const SUMS = 'each-commit-sums-to-zero';
const BALANCES = 'balances-are-their-entries';
const WHOLE = 'instruments-sum-to-their-grant';
const LIVING = 'one-living-generation';
const FLIGHT = 'in-flight-is-what-was-sent';
const ISSUED = 'outstanding-is-what-is-issued';
const RESERVED = 'reserved-is-what-is-promised';
const PAID = 'paid-is-what-was-collected';
const CHAIN = 'chain-has-no-gap';

/** Each damage with exactly the checks that notice it. */
const damages: readonly (readonly [statement: string, checks: readonly string[]])[] = [
  // Entries and balances moved alike, in a commit that no longer sums to zero.
  [
    `WITH e AS (UPDATE entry SET amount_cents = amount_cents + 1 WHERE (seq, line) = (1, 1))
     UPDATE account SET balance_cents = balance_cents + 1 WHERE name = 'GIFT/given'`,
    [SUMS],
  ],
  // The sum over all commits is zero, and that of each is not.
  [
    `UPDATE entry SET amount_cents = amount_cents + CASE seq WHEN 1 THEN 1 ELSE -1 END
      WHERE account = 'GIFT/available'
        AND line = (SELECT min(line) FROM entry e WHERE e.account = entry.account AND e.seq = entry.seq)`,
    [SUMS],
  ],
  [`UPDATE account SET balance_cents = balance_cents + 1 WHERE name = 'GIFT/available'`, [BALANCES]],
  [`UPDATE account SET balance_cents = balance_cents - 1 WHERE name = 'GIFT/given'`, [BALANCES]],
  [`INSERT INTO account VALUES ('GIFT/set-aside', 1)`, [BALANCES]],
  [`DELETE FROM account WHERE name = 'GIFT/available'`, [BALANCES]],
  [`DELETE FROM entry WHERE seq = 1`, [BALANCES]],
  [`UPDATE obligation SET amount_cents = amount_cents + 1 WHERE id = ${idBytes(0)}`, [WHOLE]],
  [`UPDATE obligation SET amount_cents = amount_cents - 1 WHERE id = ${idBytes(VOID)}`, [WHOLE]],
  // The newest generation counts.
  [`UPDATE obligation SET amount_cents = amount_cents - 1 WHERE id = ${idBytes(RENEWED)}`, [WHOLE]],
  [`UPDATE instrument SET amount_cents = amount_cents + 1 WHERE ${at(VOID)}`, [WHOLE]],
  [`UPDATE instrument SET state = 'issued' WHERE ${at(RENEWED)} AND generation = 0`, [LIVING, ISSUED]],
  [`UPDATE instrument SET state = 'disputed' WHERE ${at(RENEWED)} AND generation = 0`, [LIVING, FLIGHT]],
  ...accountOfState.map(([state, account], n): [string, string[]] => {
    const noticed = { reserved: RESERVED, 'in-flight': FLIGHT, outstanding: ISSUED, paid: PAID } as const;
    const check = noticed[account as keyof typeof noticed];
    return [`UPDATE instrument SET state = 'void' WHERE ${at(n)} AND state = '${state}'`, [check]];
  }),
  [`UPDATE instrument SET state = 'issued' WHERE ${at(VOID)}`, [ISSUED]],
  [`UPDATE instrument SET state = 'collected' WHERE ${at(VOID)}`, [PAID]],
  [`UPDATE instrument SET state = 'unknown' WHERE ${at(VOID)}`, [FLIGHT]],
  [`UPDATE instrument SET state = 'capped' WHERE ${at(VOID)}`, [RESERVED]],
  [`UPDATE instrument SET state = 'issued' WHERE ${at(2)}`, [FLIGHT, ISSUED]],
  [`UPDATE instrument SET state = 'collected' WHERE ${at(5)}`, [ISSUED, PAID]],
  [`UPDATE obligation SET status = 'open' WHERE id = ${idBytes(UNSPLIT)}`, [RESERVED]],
  [`UPDATE obligation SET status = 'reserved' WHERE id = ${idBytes(WAITING)}`, [RESERVED]],
  [`DELETE FROM instrument WHERE ${at(2)}`, [FLIGHT, RESERVED]],
  [`DELETE FROM chain WHERE seq = 1`, [CHAIN]],
  [`DELETE FROM chain WHERE seq = 2`, [CHAIN]],
  [`UPDATE chain_head SET seq = seq - 1`, [CHAIN]],
  [`UPDATE chain_head SET seq = seq + 1`, [CHAIN]],
  [`UPDATE chain_head SET hash = '\\x00'`, [CHAIN]],
  [`UPDATE chain SET hash = '\\x00' WHERE seq = 2`, [CHAIN]],
];

describe('the checks of the books', () => {
  it('hold for a ledger with every state of an instrument', async () => {
    await tables.aside(async (tx) => {
      await fill(tx);
      expect(await failing(tx)).toEqual([]);
      const figures = await tables.figures(tx);
      expect(Object.keys(figures.checks)).toEqual([
        SUMS,
        BALANCES,
        WHOLE,
        LIVING,
        FLIGHT,
        ISSUED,
        RESERVED,
        PAID,
        CHAIN,
      ]);
      expect(figures.instruments).toEqual({
        'waiting-release': 1,
        capped: 1,
        intended: 1,
        unknown: 1,
        disputed: 1,
        issued: 2,
        collected: 1,
        void: 2,
      });
    });
  });

  it.each(damages)('notice %s', async (statement, checks) => {
    await tables.aside(async (tx) => {
      await fill(tx);
      await damage(tx, statement);
      expect(await failing(tx)).toEqual(checks);
    });
  });

  it('are each the only one to notice something, except where money lies in two accounts', () => {
    const alone = new Set(damages.filter(([, checks]) => checks.length === 1).map(([, [check]]) => check));
    expect(alone).toEqual(new Set([SUMS, BALANCES, WHOLE, FLIGHT, ISSUED, RESERVED, PAID, CHAIN]));
  });

  it('notice an older generation that is released again, with money for both', async () => {
    await tables.aside(async (tx) => {
      await fill(tx);
      // Two living generations of one number, with money for both: no other check sees them.
      const change = obligationOf(RENEWED, {
        amountCents: CENTS,
        instruments: [instrumentIn('issued'), instrumentIn('issued', { generation: 1 })],
      });
      await tables.book(tx, changeOf([change], [line(RENEWED, 'outstanding')]), { nowMs: NOW_MS });
      expect(await failing(tx)).toEqual([LIVING]);
    });
  });
});
