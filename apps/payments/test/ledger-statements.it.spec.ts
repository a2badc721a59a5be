import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { sha256 } from '#libs/sealing';
import { WaitingListRepository } from '../src/disbursement/waiting-list.repository.js';
import type { Booking } from '../src/domain/booking.js';
import { dayNumberOf, HOUR_MS, hourOf, mondayOf } from '../src/domain/calendar.js';
import { changeOf, type LedgerChange } from '../src/domain/ledger.js';
import type { AccountKind, Posting } from '../src/domain/money.js';
import type { Instrument, Obligation } from '../src/domain/obligation.js';
import { idOf, LedgerTables } from './ledger-tables.js';
import { ModelLedger, type ModelFund } from './model-ledger.js';

const START_MS = Date.UTC(2026, 10, 18, 15, 5);
const SITES = [undefined, 'SITE-A', 'SITE-B'] as const;
const PERCENTS = [0, 10, 33] as const;
const OBLIGATIONS = 16;

const funds: readonly ModelFund[] = [
  { code: 'LEND', payoutMethods: ['CASH'], mayPayGrants: true },
  { code: 'GIFT', payoutMethods: ['CASH', 'CARD'], mayPayGrants: true },
  { code: 'UNUSED', payoutMethods: [], mayPayGrants: false },
];

type Act =
  | { readonly do: 'deposit'; readonly fund: number; readonly cents: bigint }
  | {
      readonly do: 'grant';
      readonly tier: number;
      readonly cents: bigint;
      readonly isRapid: boolean;
    }
  | {
      readonly do: 'reserve' | 'list' | 'again' | 'issue' | 'collect' | 'close';
      readonly n: number;
      readonly fund: number;
    }
  | { readonly do: 'release'; readonly n: number; readonly site: number }
  | { readonly do: 'pass'; readonly minutes: number };

const anyN = fc.nat(OBLIGATIONS - 1);
const anyFund = fc.nat(1);
const anyRelease = fc.record({ do: fc.constant('release' as const), n: anyN, site: fc.nat(SITES.length - 1) });
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('deposit' as const), fund: anyFund, cents: fc.bigInt(1n, 900_000n) }),
  fc.record({
    do: fc.constant('grant' as const),
    tier: fc.integer({ min: 1, max: 4 }),
    cents: fc.bigInt(1n, 60_000n),
    isRapid: fc.boolean(),
  }),
  fc.record({
    do: fc.constantFrom(...(['reserve', 'reserve', 'reserve', 'list', 'again', 'issue', 'collect', 'close'] as const)),
    n: anyN,
    fund: anyFund,
  }),
  { weight: 2, arbitrary: anyRelease },
  fc.record({ do: fc.constant('pass' as const), minutes: fc.constantFrom(1, 5, 60, 3 * 24 * 60, 7 * 24 * 60) }),
);

const newInstrument = ({ amountCents }: Obligation, site: string | undefined): Instrument => ({
  number: 0,
  generation: 0,
  amountCents,
  payoutMethod: 'CASH',
  site,
  state: 'intended',
  isSecretLost: false,
  isClaimed: false,
  inquireFirst: false,
});

const line = ({ id, fund, amountCents }: Obligation, from: AccountKind, to: AccountKind): Posting => ({
  fund: fund ?? '',
  from,
  to,
  amountCents,
  obligation: id,
});

/** The change of one act; undefined: it cannot be done now. */
function changeFor(act: Act, model: ModelLedger): LedgerChange | undefined {
  if (act.do === 'pass') return undefined;
  if (act.do === 'deposit') {
    const { code = '' } = funds[act.fund] ?? {};
    return changeOf(
      [],
      [{ fund: code, from: 'given', to: 'available', amountCents: act.cents, obligation: undefined }],
    );
  }
  const all = [...model.obligations.values()].map(({ obligation }) => obligation);
  if (act.do === 'grant') {
    if (all.length >= OBLIGATIONS) return undefined;
    const { tier, cents: amountCents, isRapid } = act;
    const more = { needs: ['FOD', 'RNT'], serviceArea: 'East', status: 'waiting-list', fund: undefined } as const;
    const kind = isRapid ? 'rapid' : 'standard';
    return changeOf([{ id: idOf(all.length), kind, amountCents, tier, ...more, instruments: [] }], []);
  }
  // One of those for which it can be done, so that few acts do nothing.
  const possible = all.flatMap((known) => {
    const code = act.do === 'release' ? '' : (funds[act.fund]?.code ?? '');
    return (act.do === 'release' ? released(known, SITES[act.site]) : moved(known, act.do, code, model)) ?? [];
  });
  return possible[act.n % Math.max(1, possible.length)];
}

function released(known: Obligation, site: string | undefined): LedgerChange | undefined {
  if (known.status !== 'reserved' || known.instruments.length > 0) return undefined;
  const next = { ...known, instruments: [newInstrument(known, site)] };
  return { ...changeOf([next], [line(next, 'reserved', 'in-flight')]), released: [{ site, cents: known.amountCents }] };
}

type Move = Exclude<Act['do'], 'deposit' | 'grant' | 'release' | 'pass'>;

function moved(known: Obligation, move: Move, fund: string, model: ModelLedger): LedgerChange | undefined {
  const [instrument] = known.instruments;
  const inState = (state: Instrument['state']): Obligation => ({
    ...known,
    instruments: known.instruments.map((each) => ({ ...each, state })),
  });
  switch (move) {
    case 'reserve': {
      if (known.status !== 'waiting-list' || model.balance(fund, 'available') < known.amountCents) return undefined;
      const next: Obligation = { ...known, status: 'reserved', fund };
      const rapid = known.kind === 'rapid' ? [{ fund, cents: known.amountCents }] : [];
      return { ...changeOf([next], [line(next, 'available', 'reserved')]), rapid };
    }
    case 'list':
      if (known.status !== 'reserved' || instrument !== undefined) return undefined;
      return changeOf([{ ...known, status: 'waiting-list' }], [line(known, 'reserved', 'available')]);
    case 'again':
      return known.status === 'waiting-list' ? changeOf([known], []) : undefined;
    case 'issue':
      return instrument?.state === 'intended'
        ? changeOf([inState('issued')], [line(known, 'in-flight', 'outstanding')])
        : undefined;
    case 'collect':
      return instrument?.state === 'issued'
        ? changeOf([inState('collected')], [line(known, 'outstanding', 'paid')])
        : undefined;
    case 'close':
      return instrument?.state === 'collected' ? changeOf([{ ...known, status: 'closed' }], []) : undefined;
  }
}

let tables: LedgerTables;
beforeAll(async () => {
  tables = await LedgerTables.create();
  await tables.funds.save(funds.map((fund) => ({ ...fund, kind: 'gift', payoutMethods: [...fund.payoutMethods] })));
});
afterAll(() => tables.close());

async function expectSame(tx: Tx, model: ModelLedger, times: ReadonlySet<number>): Promise<void> {
  const { ledger } = tables;
  for (const timeMs of times) {
    const monday = mondayOf(dayNumberOf(timeMs));
    for (const percent of PERCENTS)
      expect(await ledger.funds(tx, { monday, percent })).toEqual(model.fundViews(monday, percent));
    const hour = new Date(hourOf(timeMs));
    const used = SITES.map((site) => [site, model.releasedAt(site, hour.getTime())] as const);
    expect(await ledger.siteHour(tx, SITES, hour)).toEqual(new Map(used));
    expect(await ledger.siteHour(tx, ['SITE-A', 'NEVER'], hour)).toEqual(
      new Map([
        ['SITE-A', model.releasedAt('SITE-A', hour.getTime())],
        ['NEVER', 0n],
      ]),
    );
  }
  const list = new WaitingListRepository();
  for (const rapidLeftCents of [0n, 20_000n, 60_000n]) {
    const inOrder = model.list(rapidLeftCents);
    expect(await ledger.waitingTier(tx, rapidLeftCents)).toBe(inOrder[0]?.tier);
    const [left] = inOrder;
    const without = left === undefined ? [] : [left.id];
    for (const [limit, leftOut] of [
      [200, []],
      [2, []],
      [2, without],
    ] as const) {
      const wanted = inOrder.map(({ id }) => id).filter((id) => !leftOut.some((each) => each === id));
      const next = await list.next(tx, { now: new Date(START_MS), rapidLeftCents, without: leftOut, limit });
      expect(next).toEqual(wanted.slice(0, limit).map((obligation) => ({ obligation, isNextInLine: true })));
    }
  }
  const ids = Array.from({ length: OBLIGATIONS }, (_, n) => idOf(n));
  const kept = await ledger.obligations(tx, ids);
  expect([...kept.keys()].toSorted()).toEqual([...model.obligations.keys()].toSorted());
  for (const [id, { obligation }] of model.obligations) expect(kept.get(id)).toMatchObject(obligation);
}

async function expectBooks(tx: Tx, model: ModelLedger, bookings: readonly Booking[]): Promise<void> {
  const figures = await tables.figures(tx);
  expect([figures.balanced, Object.entries(figures.checks).filter(([, holds]) => !holds)]).toEqual([true, []]);
  expect(figures.accounts).toEqual(Object.fromEntries([...model.balances].map(([name, cents]) => [name, `${cents}`])));
  expect([figures.obligations, figures.instruments]).toEqual([model.counts('status'), model.counts('state')]);
  const { rows } = await tx.query('SELECT seq::text AS seq, hash FROM chain ORDER BY chain.seq');
  const links = rows as { seq: string; hash: Buffer }[];
  // Each link is the hash of the one before and of what its commit vouches for.
  let hash: Buffer = Buffer.alloc(32);
  const wanted = bookings.map(({ vouched }) => {
    hash = sha256(Buffer.concat([hash, Buffer.from(canonicalJson(vouched))]));
    return hash.toString('hex');
  });
  expect(links.map((link) => link.hash.toString('hex'))).toEqual(['00'.repeat(32), ...wanted]);
  expect(links.map(({ seq }) => seq)).toEqual(links.map((_, at) => `${at}`));
  expect((await tables.chain.head(tx)).hash).toBe(hash.toString('base64url'));
}

describe('the statements of the ledger', () => {
  it('do after any acts, over hours and weeks, what a ledger without a database does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAct, { minLength: 30, maxLength: 70 }), fc.boolean(), async (acts, isRandom) => {
        await tables.aside(async (tx) => {
          const model = new ModelLedger(funds);
          const bookings: Booking[] = [];
          let nowMs = START_MS;
          const times = new Set([nowMs]);
          const selection = isRandom ? 'random-within-tier' : 'first-complete-first-served-within-tier';
          const deposits: readonly Act[] = [0, 1].map((fund) => ({ do: 'deposit', fund, cents: 300_000n }));
          for (const act of [...deposits, ...acts]) {
            if (act.do === 'pass') times.add((nowMs += act.minutes * 60_000));
            const change = changeFor(act, model);
            if (change === undefined) continue;
            const booking = await tables.book(tx, change, { nowMs, selection });
            bookings.push(booking);
            model.write(change, booking);
          }
          await expectSame(tx, model, times);
          await expectBooks(tx, model, bookings);
        });
      }),
      { numRuns: 25 },
    );
  });

  const seven = { code: 'SEVEN', kind: 'gift', payoutMethods: ['CASH'], mayPayGrants: true };
  const views = async (): Promise<readonly unknown[]> =>
    (await tables.aside((tx) => tables.ledger.funds(tx, { monday: 20_000, percent: 10 }))).map(
      ({ code, payoutMethods, mayPayGrants }) => [code, payoutMethods, mayPayGrants],
    );

  it('keep a fund that the profile drops, which then pays nothing, until the profile names it again', async () => {
    const named = funds.map((fund) => ({ ...fund, kind: 'gift', payoutMethods: [...fund.payoutMethods] }));
    const all = [
      ['GIFT', ['CASH', 'CARD'], true],
      ['LEND', ['CASH'], true],
    ] as const;
    const unused = ['UNUSED', [], false];
    await tables.funds.save([...named, seven]);
    expect(await views()).toEqual([...all, ['SEVEN', ['CASH'], true], unused]);
    await tables.funds.save(named);
    expect(await views()).toEqual([...all, ['SEVEN', ['CASH'], false], unused]);
    await tables.funds.save(named.filter(({ code }) => code !== 'GIFT'));
    const [gift, lend] = all;
    expect(await views()).toEqual([[gift[0], gift[1], false], lend, ['SEVEN', ['CASH'], false], unused]);
    await tables.funds.save([...named, { ...seven, payoutMethods: ['CARD'] }]);
    expect(await views()).toEqual([...all, ['SEVEN', ['CARD'], true], unused]);
  });

  it('order what was not planned during a freeze, and what waits for its site, by urgency and by time', async () => {
    await tables.aside(async (tx) => {
      const list = new WaitingListRepository();
      const tiers = [3, 1, 2, 1];
      const capped = (n: number): Obligation => {
        const own = { id: idOf(n), kind: 'rapid', amountCents: 5n, needs: ['FOD'], serviceArea: 'East' } as const;
        const bare = { ...own, tier: tiers[n] ?? 1, status: 'reserved', fund: 'GIFT', instruments: [] } as const;
        return { ...bare, instruments: [{ ...newInstrument(bare, 'SITE-A'), state: 'capped' }] };
      };
      const given = { fund: 'GIFT', from: 'given', to: 'reserved', amountCents: 5n } as const;
      for (const n of [2, 0, 3, 1]) {
        const change = changeOf([capped(n)], [{ ...given, obligation: idOf(n) }]);
        await tables.book(tx, change, { nowMs: START_MS + n * HOUR_MS });
        await tx.query('INSERT INTO to_plan (obligation) VALUES ($1)', [Buffer.from(idOf(n), 'base64url')]);
      }
      const nextAt = async (hours: number, limit = 200): Promise<readonly unknown[]> => {
        const now = new Date(hourOf(START_MS) + hours * HOUR_MS);
        const next = await list.next(tx, { now, rapidLeftCents: 0n, without: [], limit });
        expect(next.every(({ isNextInLine }) => !isNextInLine)).toBe(true);
        return next.map(({ obligation }) => Buffer.from(obligation, 'base64url')[0]).map((byte) => (byte ?? 0) - 1);
      };
      // Nothing is due in its own hour: the unplanned come alone, by tier and then in the order in which they came.
      expect(await nextAt(0)).toEqual([3, 1, 2, 0]);
      expect(await nextAt(0, 2)).toEqual([3, 1]);
      expect(await nextAt(2)).toEqual([0, 1, 3, 2]);
      const now = new Date(hourOf(START_MS) + 2 * HOUR_MS);
      await list.claim(tx, [idOf(0), idOf(3)], { now, nextHour: new Date(hourOf(START_MS) + 3 * HOUR_MS) });
      expect(await nextAt(2)).toEqual([1, 2]);
      expect(await nextAt(3)).toEqual([1, 0, 2]);
    });
  });
});
