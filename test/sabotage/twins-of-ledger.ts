import type { Twin } from './twin.js';

const STATEMENTS = 'apps/payments/test/ledger-statements.it.spec.ts';
const CHECKS = 'apps/payments/test/book-checks.it.spec.ts';
const FREEZE = 'apps/payments/src/reconciliation/ledger-freeze.service.spec.ts';
const LEDGER = 'apps/payments/src/ledger/ledger.repository.ts';
const BOOKS = 'apps/payments/src/ledger/books.repository.ts';
const LIST = 'apps/payments/src/disbursement/waiting-list.repository.ts';

const model = { test: STATEMENTS, name: 'do after any acts, over hours and weeks' };

/** The real statements of the ledger, against a ledger without a database. */
const statements: readonly Twin[] = [
  {
    promise: 'the cap of a site counts every commit of the hour',
    without: 'amounts of one hour are added',
    file: LEDGER,
    find: 'SET cents = h.cents + excluded.cents',
    replace: 'SET cents = excluded.cents',
    ...model,
  },
  {
    promise: 'the share of a week counts every commit of the week',
    without: 'amounts of one week are added',
    file: LEDGER,
    find: 'SET cents = w.cents + excluded.cents',
    replace: 'SET cents = excluded.cents',
    ...model,
  },
  {
    promise: 'each week has its own share for rapid grants',
    without: 'the week is compared',
    file: LEDGER,
    find: 'w.fund = f.code AND w.week = $1',
    replace: 'w.fund = f.code AND w.week <= $1',
    ...model,
  },
  {
    promise: 'each hour has its own cap at a site',
    without: 'the hour is compared',
    file: LEDGER,
    find: 'FROM site_hour WHERE hour = $1 AND site',
    replace: 'FROM site_hour WHERE hour <= $1 AND site',
    ...model,
  },
  {
    promise: 'the most urgent tier comes first on the waiting list',
    without: 'the list is ordered by tier',
    file: LIST,
    find: 'ORDER BY tier, order_key LIMIT $1',
    replace: 'ORDER BY order_key, tier LIMIT $1',
    ...model,
  },
  {
    promise: 'who waits keeps the place on the list',
    without: 'the order is written once',
    file: LEDGER,
    find: "AND o.status <> 'waiting-list'\n",
    replace: '\n',
    ...model,
  },
  {
    promise: 'each link of the chain depends on the one before',
    without: 'its hash covers the hash of the head',
    file: 'apps/payments/src/ledger/chain.repository.ts',
    find: 'Buffer.concat([head.hash, ',
    replace: 'Buffer.concat([',
    ...model,
  },
  {
    promise: 'a fund that the profile drops pays nothing',
    without: 'its rule is changed',
    file: 'apps/payments/src/ledger/fund.repository.ts',
    find: '{ mayPayGrants: false });',
    replace: '{});',
    test: STATEMENTS,
    name: 'keep a fund that the profile drops',
  },
  {
    promise: 'after a freeze the most urgent are planned first',
    without: 'those that were not planned are ordered by tier',
    file: LIST,
    find: 'ORDER BY o.tier, o.order_key LIMIT $1',
    replace: 'ORDER BY o.order_key LIMIT $1',
    test: STATEMENTS,
    name: 'order what was not planned during a freeze',
  },
  {
    promise: 'a cap holds over several commits of the whole service',
    without: 'what was released is written',
    file: 'apps/payments/src/domain/pending-ledger-change.ts',
    find: '      this.released.push({ site, cents: releasedCents });\n',
    replace: '',
    test: 'apps/payments/test/caps.it.spec.ts',
    name: 'counts every commit of the hour',
  },
];

const check = (promise: string, find: string, replace: string): Twin => ({
  promise,
  without: 'its check compares',
  file: BOOKS,
  find,
  replace,
  test: CHECKS,
  name: 'notice',
});

/** Each check of the books, made blind. */
const checks: readonly Twin[] = [
  check('the books notice a commit that does not sum to zero', 'HAVING sum(amount_cents) <> 0', 'HAVING false'),
  check(
    'the books notice a balance that is not the sum of its entries',
    'WHERE coalesce(a.balance_cents, 0) <> coalesce(e.cents, 0)',
    'WHERE a.balance_cents < e.cents',
  ),
  check(
    'the books notice instruments that do not sum to their grant',
    'HAVING sum(i.amount_cents) <> o.amount_cents',
    'HAVING sum(i.amount_cents) > o.amount_cents',
  ),
  check('the books notice two living generations', 'HAVING count(*) > 1 LIMIT 1', 'HAVING count(*) > 2 LIMIT 1'),
  check(
    'the books count disputed money as in flight',
    "('intended', 'unknown', 'disputed')",
    "('intended', 'unknown')",
  ),
  check('the books notice issued money without an account', "name LIKE '%/outstanding'", "name LIKE '%/outstand'"),
  check('the books count what waits for room as reserved', "('waiting-release', 'capped')", "('waiting-release')"),
  check('the books notice collected money', "WHERE state = 'collected') i", "WHERE state = 'collected' AND false) i"),
  check('the books notice a missing link', 'h.seq + 1 <> (SELECT count(*) FROM chain)', 'false'),
];

const agreed = (promise: string, find: string, replace: string): Twin => ({
  promise,
  without: 'it is part of the digest',
  file: 'apps/payments/src/domain/lift.ts',
  find,
  replace,
  test: FREEZE,
});

const lifts: readonly Twin[] = [
  agreed('two people agree to the same list of open payments', 'differing, open: [...open] }', 'differing }'),
  agreed('two people agree to the same anchor', 'hash: anchored.hash };', "hash: '' };"),
  {
    promise: 'the chain vouches for postings',
    without: 'a link covers them',
    file: 'apps/payments/src/domain/booking.ts',
    find: 'postings: postings.map((posting) =>',
    replace: 'postings: postings.slice(1).map((posting) =>',
    test: 'apps/payments/src/domain/booking.spec.ts',
  },
];

export const twinsOfLedger: readonly Twin[] = [...statements, ...checks, ...lifts];
