import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';

/** Counts and sums of the ledger, without any household. Amounts are cents in decimal. */
export interface BookFigures {
  /** All invariants below hold. */
  readonly balanced: boolean;
  readonly checks: Readonly<Record<string, boolean>>;
  readonly accounts: Readonly<Record<string, string>>;
  readonly instruments: Readonly<Record<string, number>>;
  readonly obligations: Readonly<Record<string, number>>;
}

/** Each query returns no row while its invariant holds. An auditor can also run them on a replica. */
const invariants: Readonly<Record<string, string>> = {
  'each-commit-sums-to-zero': 'SELECT 1 FROM entry GROUP BY seq HAVING sum(amount_cents) <> 0 LIMIT 1',
  'balances-are-their-entries': `SELECT 1 FROM account a FULL JOIN
      (SELECT account, sum(amount_cents) AS cents FROM entry GROUP BY account) e ON e.account = a.name
     WHERE coalesce(a.balance_cents, 0) <> coalesce(e.cents, 0) LIMIT 1`,
  'instruments-sum-to-their-grant': `SELECT 1 FROM obligation o
      JOIN (SELECT DISTINCT ON (obligation, number) obligation, amount_cents FROM instrument
             ORDER BY obligation, number, generation DESC) i ON i.obligation = o.id
     GROUP BY o.id, o.amount_cents HAVING sum(i.amount_cents) <> o.amount_cents LIMIT 1`,
  'one-living-generation': `
    SELECT 1 FROM instrument WHERE state <> 'void' GROUP BY obligation, number HAVING count(*) > 1 LIMIT 1`,
  'in-flight-is-what-was-sent': `SELECT 1 FROM
      (SELECT coalesce(sum(amount_cents), 0) AS cents FROM instrument
        WHERE state IN ('intended', 'unknown', 'disputed')) i,
      (SELECT coalesce(sum(balance_cents), 0) AS cents FROM account WHERE name LIKE '%/in-flight') a
     WHERE i.cents <> a.cents`,
  'outstanding-is-what-is-issued': `SELECT 1 FROM
      (SELECT coalesce(sum(amount_cents), 0) AS cents FROM instrument WHERE state = 'issued') i,
      (SELECT coalesce(sum(balance_cents), 0) AS cents FROM account WHERE name LIKE '%/outstanding') a
     WHERE i.cents <> a.cents`,
  'reserved-is-what-is-promised': `SELECT 1 FROM
      (SELECT coalesce(sum(amount_cents), 0) AS cents FROM obligation o
        WHERE status = 'reserved' AND NOT EXISTS (SELECT 1 FROM instrument i WHERE i.obligation = o.id)) o,
      (SELECT coalesce(sum(amount_cents), 0) AS cents FROM instrument WHERE state IN ('waiting-release', 'capped')) i,
      (SELECT coalesce(sum(balance_cents), 0) AS cents FROM account WHERE name LIKE '%/reserved') a
     WHERE o.cents + i.cents <> a.cents`,
  'paid-is-what-was-collected': `SELECT 1 FROM
      (SELECT coalesce(sum(amount_cents), 0) AS cents FROM instrument WHERE state = 'collected') i,
      (SELECT coalesce(sum(balance_cents), 0) AS cents FROM account WHERE name LIKE '%/paid') a
     WHERE i.cents <> a.cents`,
  'chain-has-no-gap': `SELECT 1 FROM chain_head h WHERE h.seq + 1 <> (SELECT count(*) FROM chain)
        OR h.hash <> (SELECT hash FROM chain c WHERE c.seq = h.seq)`,
};

/** Reads counts and sums of the ledger and checks its invariants. */
@Injectable()
export class BooksRepository {
  /**
   * Reads all figures from one snapshot; otherwise moving money is counted twice or not at all. Must be the first call
   * in its transaction.
   */
  async read(tx: Tx): Promise<BookFigures> {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    const checks: Record<string, boolean> = {};
    for (const [name, sql] of Object.entries(invariants)) checks[name] = (await tx.query(sql)).rows.length === 0;
    const accounts = await tx.query('SELECT name, balance_cents::text AS value FROM account ORDER BY name');
    const instruments = await tx.query('SELECT state AS name, count(*)::int AS value FROM instrument GROUP BY state');
    const obligations = await tx.query('SELECT status AS name, count(*)::int AS value FROM obligation GROUP BY status');
    return {
      balanced: Object.values(checks).every(Boolean),
      checks,
      accounts: named<string>(accounts.rows),
      instruments: named<number>(instruments.rows),
      obligations: named<number>(obligations.rows),
    };
  }
}

function named<T>(rows: unknown[]): Record<string, T> {
  return Object.fromEntries((rows as { name: string; value: T }[]).map(({ name, value }) => [name, value]));
}
