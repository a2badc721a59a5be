import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { dataSourceOf, entitiesOf } from '#libs/service';
import { ordersOf, type AnyDelivery } from '#libs/bus/testing';
import { dayNumber, type FactsSliceV1 } from '#libs/contracts';
import { someFacts, type SignedHousehold } from '../../../test/support/signed-household.js';
import { schemaDrift } from '../../../test/support/schema-drift.js';
import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { testDatabase } from '../../../test/support/stack.js';
import { EligibilityModule, eligibility } from '../src/eligibility.module.js';
import { EligibilityWorld, endOf } from './support.js';

let world: EligibilityWorld;

beforeAll(async () => {
  world = await EligibilityWorld.open();
});

afterAll(() => world.close());

beforeEach(() => world.service.clear());

const grantIdOf = (household: SignedHousehold, kind: string): string =>
  world.service
    .keyed('grant', Buffer.from(household.eligibilityRef, 'base64url'), dayNumber(world.day), kind, 1)
    .toString('base64url');

type Script = (household: SignedHousehold) => readonly AnyDelivery[];

/** Every order of a script, each with its own household, many in one transaction. */
async function endsOf(
  script: Script,
  isPossible: (order: readonly number[]) => boolean = () => true,
): Promise<Set<string>> {
  const { length } = script(world.household());
  const orders = ordersOf(Array.from({ length }, (_, at) => at)).filter(isPossible);
  const households = orders.map(() => world.household());
  const scripts = households.map((household) => script(household));
  for (let step = 0; step < length; step += 1) {
    await world.service.deliver(orders.map((order, at) => scripts[at]?.[order[step] ?? 0] as AnyDelivery));
  }
  const published = await world.service.published();
  return new Set(households.map((household) => JSON.stringify(endOf(household, published))));
}

describe('in every order', () => {
  it('facts, three kinds of evidence and an appeal have one outcome in 120 orders', async () => {
    const ends = await endsOf((household) => [
      household.facts(),
      household.askEligibility(1, { kind: 'evidence-shown', evidenceClass: 'R1' }),
      household.askEligibility(2, { kind: 'evidence-shown', evidenceClass: 'R3' }),
      household.askEligibility(3, { kind: 'evidence-shown', evidenceClass: 'R6' }),
      household.askEligibility(4, { kind: 'appeal' }),
    ]);
    expect([...ends]).toEqual([
      JSON.stringify({
        status: 'approved',
        reasons: [],
        highestRequest: 4,
        amountCents: '110000',
        grants: ['rapid 25000', 'standard 85000'],
      }),
    ]);
    expect(await world.service.parked()).toEqual({});
  });

  it('a withdrawal leaves no grant, and a later report of payments changes nothing', async () => {
    const script: Script = (household) => [
      household.facts(),
      household.askEligibility(1, { kind: 'evidence-shown', evidenceClass: 'R1' }),
      household.askEligibility(2, { kind: 'withdraw' }),
      household.askEligibility(3, { kind: 'appeal' }),
      world.closed(grantIdOf(household, 'rapid'), 'cancelled'),
    ];
    // Payments reports about a grant after its award, and here after the withdrawal.
    const ends = await endsOf(
      script,
      (order) =>
        order.indexOf(4) > order.indexOf(0) &&
        order.indexOf(0) < order.indexOf(2) &&
        order.indexOf(4) > order.indexOf(2),
    );
    expect([...ends]).toEqual([
      JSON.stringify({ status: 'closed', reasons: ['withdrawn'], highestRequest: 3, grants: [] }),
    ]);
    expect(await world.service.parked()).toEqual({});
  });

  it('withdrawn before its facts, among or after: 720 orders, one end, and no fact and no token is kept', async () => {
    const tokens = { nameAndDay: 41, contact: 42, dwelling: 43 };
    const ends = await endsOf((household) => [
      household.facts({ tokens, event: 'EVT-B' }),
      household.askEligibility(1, { kind: 'evidence-shown', evidenceClass: 'R1' }),
      household.askEligibility(2, { kind: 'appeal' }),
      household.askEligibility(3, { kind: 'withdraw' }),
      household.askEligibility(4, { kind: 'evidence-shown', evidenceClass: 'R3' }),
      household.askEligibility(5, { kind: 'withdraw' }),
    ]);
    expect([...ends]).toEqual([
      JSON.stringify({ status: 'closed', reasons: ['withdrawn'], highestRequest: 5, grants: [] }),
    ]);
    expect(await world.kept('token')).toEqual([]);
    expect(await world.kept('review')).toEqual([]);
    for (const kept of await world.kept('case')) expect(JSON.stringify(kept)).not.toMatch(/"(EVT-B|FOD|East|R1|R3)"/);
    expect(await world.service.parked()).toEqual({});
  });

  it('redelivered messages publish nothing, and a second application under the same keys changes nothing', async () => {
    const household = world.household();
    const script = [household.facts(), household.askEligibility(1, { kind: 'evidence-shown', evidenceClass: 'R1' })];
    await world.service.deliver(script);
    const { length } = await world.service.published();
    await world.service.deliver(script);
    for (const delivery of script) await world.service.deliver([delivery]);
    await world.service.deliver([household.facts({ bands: { to5: 8, to17: 0, to64: 0, over64: 0 } })]);
    expect(await world.service.published()).toHaveLength(length);
  });

  it('unreadable messages and unknown grants are parked', async () => {
    const household = world.household();
    await world.service.deliver([{ ...household.facts(), day: '2026-11-08' }]);
    await world.service.deliver([{ ...household.facts(), day: '2026-11-19' }]);
    await world.service.deliver([world.closed(grantIdOf(household, 'rapid'))]);
    await world.service.deliver([household.askEligibility(1, { kind: 'evidence-shown' })]);
    expect(await world.service.parked()).toEqual({
      'slice-key-gone': 1,
      'slice-not-opened': 1,
      'grant-unknown': 1,
      'request-incomplete': 1,
    });
  });
});

describe('facts that no rule reads', () => {
  it.each<[string, Partial<FactsSliceV1>]>([
    ['impact', { impacts: ['I2', 'I9'] }],
    ['the area it lives in', { residence: { ...someFacts.residence, serviceArea: 'Harbor' } }],
    ['ages', { bands: { to5: 0, to17: 2, to64: 0, over64: 1 } }],
    [
      'tokens of a name and a contact that nobody shares',
      { tokens: { nameAndDay: 77, contact: 7_777, dwelling: 777 } },
    ],
  ])('%s: the outcome stays', async (_what, change) => {
    const [plain, other] = [world.household(), world.household()];
    await world.service.deliver([plain.facts(), other.facts(change)]);
    const published = await world.service.published();
    expect(endOf(other, published)).toEqual(endOf(plain, published));
  });
});

describe('duplicates', () => {
  it('two of three tokens: a person looks at the second household, and the first one is not touched', async () => {
    const tokens = { nameAndDay: 1, contact: 2, dwelling: 3 };
    const [first, second, third] = [world.household(), world.household(), world.household()];
    await world.service.deliver([first.facts({ tokens })]);
    await world.service.deliver([second.facts({ tokens: { ...tokens, contact: 9 } })]);
    await world.service.deliver([third.facts({ tokens: { nameAndDay: 1, contact: 10, dwelling: 30 } })]);
    const published = await world.service.published();
    expect([first, second, third].map((each) => each.box('eligibility', published)?.status)).toEqual([
      'approved',
      'being-looked-at',
      'approved',
    ]);
  });

  it('within one batch, too', async () => {
    const tokens = { nameAndDay: 11, contact: 12, dwelling: 13 };
    const [first, second] = [world.household(), world.household()];
    await world.service.deliver([first.facts({ tokens }), second.facts({ tokens })]);
    const published = await world.service.published();
    const statuses = [first, second].map((each) => each.box('eligibility', published)?.status ?? '');
    expect(statuses.toSorted((a, b) => a.localeCompare(b))).toEqual(['approved', 'being-looked-at']);
  });

  it('and across the change of the cycle, in a city that has just begun', async () => {
    // The cycle of 120 days changes with 3 November.
    const inNovember = await EligibilityWorld.open({ start: new Date('2026-11-04T09:00:00Z'), since: '2026-11-01' });
    try {
      const tokens = { nameAndDay: 21, contact: 22, dwelling: 23 };
      const period = { impactPeriod: '2026-W44' };
      const before = inNovember.household({ day: '2026-11-02' });
      const [same, other] = [inNovember.household(), inNovember.household()];
      await inNovember.service.deliver([before.facts({ ...period, tokens, previousTokens: tokens })]);
      await inNovember.service.deliver([same.facts({ ...period, tokens: { dwelling: 99 }, previousTokens: tokens })]);
      await inNovember.service.deliver([other.facts({ ...period, tokens, previousTokens: { dwelling: 24 } })]);
      const published = await inNovember.service.published();
      expect([before, same, other].map((each) => each.box('eligibility', published)?.status)).toEqual([
        'approved',
        'being-looked-at',
        'approved',
      ]);
      expect(await inNovember.service.parked()).toEqual({});
    } finally {
      await inNovember.close();
    }
  });
});

describe('two processes on one database', () => {
  it('lose nothing when one reads facts and the other requests at the same moment', async () => {
    const other = await ServiceUnderTest.open(eligibility, {
      keyrings: world.keyrings,
      module: EligibilityModule,
      clock: world.service.clock,
      database: world.service.database,
    });
    try {
      const households = Array.from({ length: 60 }, () => world.household());
      const evidence = households.map((each) =>
        each.askEligibility(1, { kind: 'evidence-shown', evidenceClass: 'R1' }),
      );
      const facts = households.map((each) => each.facts());
      const parts = Array.from({ length: 6 }, (_, at) => at * 10);
      await Promise.all([
        ...parts.map((at) => world.service.deliver(facts.slice(at, at + 10))),
        ...parts.map((at) => other.deliver(evidence.slice(at, at + 10))),
      ]);
      const published = await world.service.published();
      const ends = new Set(households.map((each) => JSON.stringify(endOf(each, published))));
      expect(ends.size).toBe(1);
      expect([...ends][0]).toContain('"grants":["rapid 25000","standard 85000"]');
    } finally {
      await other.close();
    }
  });
});

describe('the schema', () => {
  it('goes up, down and up again, and is what the entities say', async () => {
    const { url, drop } = await testDatabase();
    const source = await dataSourceOf({ url, ...eligibility, entities: entitiesOf(eligibility) }).initialize();
    try {
      const tables = async (): Promise<string[]> => {
        const rows = await source.query<{ name: string }[]>(
          `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
        );
        return rows.map(({ name }) => name);
      };
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
