import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDays, HOUR_MS, services } from '#libs/contracts';
import { bytes } from '#libs/sealing';
import { leapsInDays, whichLeap } from '../../../test/support/leaps.js';
import { AnchorService } from '../src/ledger/index.js';
import { ReconciliationService } from '../src/reconciliation/reconciliation.service.js';
import { PaymentsWorld } from './support.js';

const SITE = 'S-PAID4EVER';
/** A payment can be disputed for so long in Los Angeles. */
const DISPUTE_DAYS = 60;

let world: PaymentsWorld;
let paidDay: string;
/** What the partner knows of the two payments. */
let references: readonly string[];
let batch: string;

beforeAll(async () => {
  world = await PaymentsWorld.open({ gate: 'real' });
  paidDay = world.day;
  const [rapid, standard, open] = [world.household(), world.household(), world.household()];
  await world.service.deliver([
    rapid.payout('CASH', { site: SITE }),
    world.grant(rapid),
    standard.payout('CASH', { site: SITE }),
    world.grant(standard, { kind: 'standard', amountCents: 70_000 }),
  ]);
  batch = await release();
  await world.runRailRound();
  for (const { code } of world.partner.successful.values()) world.partner.collect(code);
  await world.service.deliver([open.payout('CASH', { site: SITE }), world.grant(open, { amountCents: 30_000 })]);
  world.pass(HOUR_MS);
  await world.runRailRound();
  references = (await world.rows<{ r: Buffer }>(`SELECT reference AS r FROM instrument WHERE state = 'collected'`)).map(
    ({ r }) => r.toString('base64url'),
  );
}, 120_000);
afterAll(() => world.close());

async function release(): Promise<string> {
  const [maker, checker] = [await world.enrol('maker-key', 'person-a'), await world.enrol('checker-key', 'person-b')];
  const made = (await world.post('/v1/release/batches', {}, maker)).body.made;
  const approval = { batch: made?.batch ?? '', digest: made?.digest ?? '' };
  expect((await world.post('/v1/release/approvals', approval, checker)).body.outcome).toBe('released');
  return approval.batch;
}

/** The day that a completed turn would lead to. */
async function liveUntil(day: string): Promise<void> {
  world.leap('both', Math.round((Date.parse(day) - Date.parse(world.day)) / 86_400_000));
  await world.rows('UPDATE witnessed_day SET day = $1', [day]);
  for (const each of services) await world.keyrings.ring(each).ensureDayKeys(day);
  await world.service.bus.days.roll();
}

/** All rows of the ledger as text, besides the sealed records and the acts of staff. */
async function ledgerText(): Promise<string> {
  const tables = await world.rows<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND NOT relispartition AND relname NOT IN
          ('record', 'outbox', 'audit', 'staff', 'migration', 'spent_nonce', 'witnessed_day', 'sent_mark')
      ORDER BY relname`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) =>
      (await world.rows<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)).map(({ row }) => `${name} ${row}`),
    ),
  );
  return texts.flat().join('\n');
}

/** In each form in which a row could hold it. */
const formsOf = (reference: string): readonly string[] => [reference, bytes(reference).toString('hex')];

async function settled(): Promise<readonly object[]> {
  return world.rows(
    `SELECT i.site, i.reference, i.batch, i.due, i.lease, o.day, o.rail_name, i.amount_cents::integer AS cents, o.fund,
            o.service_area AS area, o.week::text AS week FROM instrument i JOIN obligation o ON o.id = i.obligation
      WHERE i.state = 'collected' ORDER BY i.amount_cents`,
  );
}

/** Computes every link of the chain again from what lies beside it. */
async function chainIsWhole(): Promise<boolean> {
  const links = await world.rows<{ hash: Buffer; content: string }>('SELECT hash, content FROM chain ORDER BY seq');
  return links.every(({ hash, content }, at) => {
    const before = links[at - 1]?.hash;
    return before === undefined || createHash('sha256').update(before).update(content).digest().equals(hash);
  });
}

describe('what the ledger keeps of a payment', () => {
  it('has a site, two references, a batch and a day at first, and content without them beside each link', async () => {
    const text = await ledgerText();
    expect(
      [SITE, batch, paidDay, ...references.map((each) => bytes(each).toString('hex'))].filter(
        (each) => !text.includes(each),
      ),
    ).toEqual([]);
    const contents = JSON.stringify(await world.rows('SELECT content FROM chain'));
    expect([SITE, batch, paidDay, ...references.flatMap(formsOf)].filter((each) => contents.includes(each))).toEqual(
      [],
    );
    expect(await chainIsWhole()).toBe(true);
  });

  it('leaves nothing that dies in the statistics of the database', async () => {
    await world.rows('ANALYZE');
    const columns = await world.rows<{ name: string }>(
      `SELECT tablename || '.' || attname AS name FROM pg_stats WHERE schemaname = 'public'`,
    );
    const names = columns.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['instrument.state', 'obligation.week']));
    const dying = [
      'instrument.site',
      'instrument.reference',
      'instrument.batch',
      'obligation.day',
      'obligation.rail_name',
    ];
    expect(
      [...dying, 'batch.digest', 'site_hour.site', 'site_hour.hour'].filter((each) => names.includes(each)),
    ).toEqual([]);
  });

  it('has no time of the day, neither of what is due nor of what is done', async () => {
    const due = await world.rows<{ state: string; due: Date | null }>(
      'SELECT state, due FROM instrument ORDER BY state',
    );
    expect(due.map(({ state, due: at }) => [state, at?.toISOString().slice(13)])).toEqual([
      ['collected', undefined],
      ['collected', undefined],
      ['issued', ':00:00.000Z'],
    ]);
    await expect(world.rows(`UPDATE instrument SET due = '2026-11-18T15:05:01Z'`)).rejects.toMatchObject({
      code: '23514',
    });
    await expect(world.rows(`UPDATE instrument SET lease = '2026-11-18T15:05:01Z'`)).rejects.toMatchObject({
      code: '23514',
    });
  });

  it.each(whichLeap.flatMap((which) => leapsInDays.map((days) => [which, days] as const)))(
    'survives a leap of %s, by %d days',
    async (which, days) => {
      const before = [
        await settled(),
        await world.rows('SELECT * FROM site_hour'),
        await world.rows('SELECT * FROM rapid_week'),
      ];
      world.leap(which, days);
      await world.forget();
      world.leap(which, -days);
      // Only the next day may be believed, and on it the hours of this one are over.
      const after = [
        await settled(),
        await world.rows('SELECT * FROM site_hour'),
        await world.rows('SELECT * FROM rapid_week'),
      ];
      const isNext = which === 'both' && days === 1;
      expect(isNext ? after.slice(0, 1) : after).toEqual(isNext ? before.slice(0, 1) : before);
    },
  );

  it('loses the hours of a site on the day after, and the weeks of rapid grants in the week after', async () => {
    await liveUntil(addDays(paidDay, 1));
    await world.rows(`INSERT INTO site_hour VALUES ('S-1', date_trunc('hour', $1::timestamptz), 5)`, [
      `${world.day}T11:00:00Z`,
    ]);
    await world.rows(`INSERT INTO site_hour VALUES ('S-1', date_trunc('hour', $1::timestamptz), 5)`, [
      `${paidDay}T23:00:00Z`,
    ]);
    await world.forget();
    expect(await world.rows('SELECT site, hour::text AS hour FROM site_hour')).toHaveLength(1);
    expect(await world.rows('SELECT week FROM rapid_week')).toHaveLength(1);
    await liveUntil(addDays(paidDay, 7));
    await world.forget();
    expect(await world.rows('SELECT FROM site_hour UNION ALL SELECT FROM rapid_week')).toEqual([]);
  });

  it('loses site, reference, batch and day on the day after the last one for a dispute, not before', async () => {
    const before = await settled();
    await liveUntil(addDays(paidDay, DISPUTE_DAYS));
    expect([await world.forget(), await settled()]).toEqual([0, before]);
    await liveUntil(addDays(paidDay, DISPUTE_DAYS + 1));
    const anchorFile = join(world.anchor, 'payments.json');
    const anchor = readFileSync(anchorFile);
    writeFileSync(anchorFile, 'unreadable');
    // A frozen ledger is being compared with the rails, by its references.
    expect([await world.forget(), await settled()]).toEqual([0, before]);
    writeFileSync(anchorFile, anchor);
    expect(await world.forget()).toBe(2);
    const gone = { site: null, reference: null, batch: null, due: null, lease: null, day: null, rail_name: null };
    const kept = { fund: 'PHIL', area: 'East', week: '2026-11-16' };
    expect(await settled()).toEqual([
      { ...gone, ...kept, cents: 25_000 },
      { ...gone, ...kept, cents: 70_000 },
    ]);
    expect(await world.forget()).toBe(0);
  });

  it('holds none of them anywhere else, while what is still open keeps its own', async () => {
    const text = await ledgerText();
    expect(
      [batch, ...references.flatMap(formsOf)].filter((each) =>
        text.replaceAll(`batch (${batch}`, '').replaceAll(`approval (${batch}`, '').includes(each),
      ),
    ).toEqual([]);
    expect(await world.rows('SELECT digest FROM batch')).toEqual([{ digest: null }]);
    const holding = text.split('\n').filter((line) => line.includes(SITE) || line.includes(paidDay));
    expect(holding.map((line) => line.slice(0, line.indexOf(' ')))).toEqual(['instrument', 'obligation']);
  });

  it('still has whole books, a whole chain and its anchor, and goes on paying', async () => {
    const books = await world.books();
    expect([books.balanced, Object.values(books.checks)]).toEqual([true, Array<boolean>(9).fill(true)]);
    expect([await chainIsWhole(), await world.service.get(AnchorService).advance()]).toEqual([true, true]);
    const household = world.household();
    await world.service.deliver([household.payout('CASH', { site: SITE }), world.grant(household)]);
    await world.runRailRound();
    expect(household.box('payments', await world.service.published())?.status).toBe('ready-to-collect');
    expect([(await world.books()).balanced, await chainIsWhole()]).toEqual([true, true]);
  });

  it('explains the old payments in the statement of the partner, and no payment that it never made', async () => {
    const { open } = await world.service.get(ReconciliationService).reconcile();
    expect(open).toEqual([]);
    const stranger = await fetch(`${world.partner.url}/cash/codes`, {
      method: 'POST',
      body: JSON.stringify({ reference: 'a'.repeat(43), amountCents: '25000' }),
    });
    world.partner.collect(((await stranger.json()) as { code: string }).code);
    expect((await world.service.get(ReconciliationService).reconcile()).open).toEqual(['a'.repeat(43)]);
  });
});

describe('what the owner made for it', () => {
  it.each([
    ['a day that no turn has led to', `SELECT forget_settled(current_date + 900, current_date)`],
    ['no day', 'SELECT forget_settled(NULL, NULL)'],
  ])('refuses %s', async (_what, statement) => {
    await expect(world.service.servicePool.query(statement)).rejects.toMatchObject({ code: '22023' });
  });

  it.each([
    'UPDATE instrument SET reference = NULL',
    'UPDATE instrument SET site = NULL',
    'UPDATE obligation SET rail_name = NULL',
    'UPDATE batch SET digest = NULL',
  ])('is the only way: %s', async (statement) => {
    await expect(world.service.servicePool.query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});
