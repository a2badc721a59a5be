import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';

/** The books in figures: nothing of any household. Amounts are cents in decimal. */
export interface BookFigures {
  /** Every invariant below holds. */
  readonly balanced: boolean;
  readonly checks: Readonly<Record<string, boolean>>;
  readonly accounts: Readonly<Record<string, string>>;
  readonly slots: Readonly<Record<string, number>>;
  readonly obligations: Readonly<Record<string, number>>;
}

/** Each gives no row while the books are right. They run on a replica as well, by an auditor's hand. */
const invariants: Readonly<Record<string, string>> = {
  'each-commit-sums-to-zero': 'SELECT 1 FROM entry GROUP BY seq HAVING sum(amount_cents) <> 0 LIMIT 1',
  'balances-are-their-entries': `SELECT 1 FROM account a FULL JOIN
      (SELECT account, sum(amount_cents) AS cents FROM entry GROUP BY account) e ON e.account = a.name
     WHERE coalesce(a.balance_cents, 0) <> coalesce(e.cents, 0) LIMIT 1`,
  'slots-sum-to-their-grant': `SELECT 1 FROM obligation o
      JOIN (SELECT DISTINCT ON (obligation, slot) obligation, amount_cents FROM slot
             ORDER BY obligation, slot, generation DESC) s ON s.obligation = o.id
     GROUP BY o.id, o.amount_cents HAVING sum(s.amount_cents) <> o.amount_cents LIMIT 1`,
  'one-living-generation': `
    SELECT 1 FROM slot WHERE state <> 'void' GROUP BY obligation, slot HAVING count(*) > 1 LIMIT 1`,
  'in-flight-is-what-was-sent': `SELECT 1 FROM
      (SELECT coalesce(sum(amount_cents), 0) AS cents FROM slot WHERE state IN ('intended', 'unknown', 'held')) s,
      (SELECT coalesce(sum(balance_cents), 0) AS cents FROM account WHERE name LIKE '%/in-flight') a
     WHERE s.cents <> a.cents`,
  'outstanding-is-what-is-issued': `SELECT 1 FROM
      (SELECT coalesce(sum(amount_cents), 0) AS cents FROM slot WHERE state = 'issued') s,
      (SELECT coalesce(sum(balance_cents), 0) AS cents FROM account WHERE name LIKE '%/outstanding') a
     WHERE s.cents <> a.cents`,
  'reserved-is-what-is-promised': `SELECT 1 FROM
      (SELECT coalesce(sum(amount_cents), 0) AS cents FROM obligation o
        WHERE status = 'reserved' AND NOT EXISTS (SELECT 1 FROM slot s WHERE s.obligation = o.id)) o,
      (SELECT coalesce(sum(amount_cents), 0) AS cents FROM slot WHERE state IN ('waiting-release', 'capped')) s,
      (SELECT coalesce(sum(balance_cents), 0) AS cents FROM account WHERE name LIKE '%/reserved') a
     WHERE o.cents + s.cents <> a.cents`,
  'paid-is-what-was-collected': `SELECT 1 FROM
      (SELECT coalesce(sum(amount_cents), 0) AS cents FROM slot WHERE state = 'collected') s,
      (SELECT coalesce(sum(balance_cents), 0) AS cents FROM account WHERE name LIKE '%/paid') a
     WHERE s.cents <> a.cents`,
  'chain-has-no-gap': `SELECT 1 FROM chain_head h WHERE h.seq + 1 <> (SELECT count(*) FROM chain)
        OR h.hash <> (SELECT hash FROM chain c WHERE c.seq = h.seq)`,
};

/** The books in figures, and whether they are right. */
@Injectable()
export class BooksRepository {
  /** All figures of one instant: else money on its way would be seen twice, or not at all. First in its transaction. */
  async read(tx: Tx): Promise<BookFigures> {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    const checks: Record<string, boolean> = {};
    for (const [name, sql] of Object.entries(invariants)) checks[name] = (await tx.query(sql)).rows.length === 0;
    const accounts = await tx.query('SELECT name, balance_cents::text AS value FROM account ORDER BY name');
    const slots = await tx.query('SELECT state AS name, count(*)::int AS value FROM slot GROUP BY state');
    const obligations = await tx.query('SELECT status AS name, count(*)::int AS value FROM obligation GROUP BY status');
    return {
      balanced: Object.values(checks).every(Boolean),
      checks,
      accounts: named<string>(accounts.rows),
      slots: named<number>(slots.rows),
      obligations: named<number>(obligations.rows),
    };
  }
}

function named<T>(rows: unknown[]): Record<string, T> {
  return Object.fromEntries((rows as { name: string; value: T }[]).map(({ name, value }) => [name, value]));
}
