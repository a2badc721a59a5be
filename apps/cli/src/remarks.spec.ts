import { describe, expect, it } from '@jest/globals';

import { OperateProblem } from './problem.js';
import { newsOf, remarksOn, workIn } from './remarks.js';
import { table } from './table.js';

const healthy = {
  ready: true,
  checks: {
    consumer: 'running',
    database: true,
    lag: 12,
    topicsShort: 0,
    parked: 0,
    backlog: 3,
    republishing: 0,
    tripped: false,
    ledgerFreeze: 'none',
    certificate: 'good',
  },
};
const payments = { service: 'payments' } as const;

describe('what needs a person', () => {
  it('is nothing while all is well, though messages are on their way', () => {
    expect(remarksOn(payments, healthy)).toEqual([]);
  });

  it('is told where the work is not counted, so that nobody takes that for calm', () => {
    const { database, consumer } = healthy.checks;
    const states = { ready: true, checks: { database, consumer } };
    const why = new OperateProblem('no-key', 'there is no key with the role operator at payments');
    expect(remarksOn(payments, states, why)).toEqual([`its work was not counted: ${why.message}`]);
    expect(remarksOn(payments, { ready: false, checks: { database: false } }, why)).toEqual([
      'its database does not answer',
    ]);
  });

  it('is told where a certificate is not trusted, which is no dead service', () => {
    expect(remarksOn(payments, undefined, new OperateProblem('not-trusted'))).toEqual([
      'its certificate is not trusted; see `ca` in the file of the city',
    ]);
  });

  it.each([
    ['database', false, /database/],
    ['lag', 'unknown', /broker/],
    ['topicsShort', 3, /too few brokers hold its topics, 3: docs.runbooks.broker-lost.md$/],
    ['tripped', true, /amparo breaker reset payments$/],
    ['relayTripped', true, /amparo breaker reset payments$/],
    ['setAside', 2, /set-aside\.md$/],
    ['recordsDamaged', 2, /set-aside\.md$/],
    ['parked', 1, /amparo parked list payments$/],
    ['turnDamaged', 1, /do not open/],
    ['turnOverdue', 2, /amparo turn payments$/],
    ['clock', 'day-ahead', /if .* is right: amparo clock accept payments$/],
    ['clock', 'day-behind', /amparo clock accept payments$/],
    ['clock', 'clocks-apart', /differ, .*docs\/runbooks\/clock[.]md$/],
    ['keyringReplicas', 'away', /second copy/],
    ['certificate', 'ends 2026-12-20', /certificate must be renewed \(ends 2026-12-20\)/],
    ['certificate', 'unreadable', /certificate must be renewed \(unreadable\)/],
    ['ledgerFreeze', 'books-older-than-anchor', /books-older-than-anchor.*amparo freeze show/],
  ])('is told where %s is %s', (name, value, text) => {
    const remarks = remarksOn(payments, { ...healthy, checks: { ...healthy.checks, [name]: value } });
    expect(remarks).toEqual([expect.stringMatching(text)]);
  });

  it('is nothing for what a device sealed badly, and something for the rest of what is parked', () => {
    const checks = { ...healthy.checks, parked: 3, parkedFromDevices: 3 };
    expect(remarksOn(payments, { ...healthy, checks })).toEqual([]);
    const more = { ...checks, parked: 4 };
    expect(remarksOn(payments, { ...healthy, checks: more })).toEqual([expect.stringMatching(/parked list/)]);
  });

  it('is told once of a clock that is in doubt, and not of every turn that it misses', () => {
    const doubted = { clock: 'day-ahead', clockDay: '2026-12-14', witnessedDay: '2026-11-30', turnOverdue: 13 };
    expect(remarksOn(payments, { ...healthy, checks: { ...healthy.checks, ...doubted } })).toEqual([
      'its clock gives 2026-12-14, and the last day that is certain is 2026-11-30, so that nothing is destroyed and ' +
        'no turn runs; if 2026-12-14 is right: amparo clock accept payments',
    ]);
  });

  it('is told of a process that is not ready, though nothing of what it says is amiss', () => {
    expect(remarksOn(payments, { ...healthy, ready: false })).toEqual([expect.stringMatching(/is not ready/)]);
    const checks = { ...healthy.checks, database: false };
    expect(remarksOn(payments, { ready: false, checks })).toEqual([expect.stringMatching(/database/)]);
  });

  it('is told of a process that does not answer', () => {
    expect(remarksOn(payments, undefined)).toEqual([expect.stringMatching(/does not answer/)]);
  });
});

describe('what waits for people', () => {
  it.each([
    ['casesInReview', 3, /reviewer, 3: amparo review next --as NAME$/],
    ['paymentsToRelease', 4, /batch, 4: amparo release make --as NAME$/],
    ['batchesOpen', 1, /checker, 1: amparo release open --as NAME$/],
    ['paymentsDisputed', 2, /contradicts itself, 2: amparo disputed list --as NAME$/],
  ])('is told where %s is %s, and needs no operator', (name, value, text) => {
    const busy = { ...healthy, checks: { ...healthy.checks, [name]: value } };
    expect(workIn(busy)).toEqual([expect.stringMatching(text)]);
    expect(remarksOn(payments, busy)).toEqual([]);
  });

  it('is nothing where nothing waits or nobody knows', () => {
    expect(workIn(undefined)).toEqual([]);
    expect(workIn({ ...healthy, checks: { ...healthy.checks, batchesOpen: 0, casesInReview: 'unknown' } })).toEqual([]);
  });
});

describe('what is going on', () => {
  it('needs no person', () => {
    const busy = { ...healthy, checks: { ...healthy.checks, republishing: 7, turning: '2000 of 9000' } };
    expect(remarksOn(payments, busy)).toEqual([]);
    expect(newsOf(busy)).toEqual(['republishes messages, 7 left', 'turns the records, 2000 of 9000']);
    expect(newsOf({ ...healthy, checks: { ...healthy.checks, turning: 'no' } })).toEqual([]);
  });
});

describe('a table', () => {
  it('has columns of one width, numbers at the right', () => {
    expect(
      table([
        ['', 'unread'],
        ['intake', '3'],
        ['payments', '12'],
      ]),
    ).toEqual(['          unread', 'intake         3', 'payments      12']);
  });
});
