import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { damage } from '../../../test/support/damage.js';
import { someFacts, type SignedHousehold } from '../../../test/support/signed-household.js';
import type { StaffKey } from '../../../test/support/staff.js';
import { EligibilityWorld, endOf } from './support.js';

let world: EligibilityWorld;

beforeAll(async () => {
  world = await EligibilityWorld.open();
});

afterAll(() => world.close());

beforeEach(() => world.service.clear());

describe('people decide', () => {
  let ana: StaffKey;
  let anaAtHome: StaffKey;
  let ben: StaffKey;

  beforeAll(async () => {
    ana = await world.enrol('ana-key', 'person-ana');
    anaAtHome = await world.enrol('ana-home', 'person-ana');
    ben = await world.enrol('ben-key', 'person-ben');
  });

  const next = async (by: StaffKey) => (await world.post('/v1/review/next', {}, by)).body.next;
  const resolve = (name: string, verdict: string, by?: StaffKey) =>
    world.post('/v1/review/resolve', { case: name, verdict }, by);

  async function waiting(): Promise<SignedHousehold> {
    const household = world.household();
    await world.service.deliver([household.facts({ residence: { ...someFacts.residence, inCity: false } })]);
    return household;
  }

  it('records keep the first spelling of their fields, so that stored ones stay readable', async () => {
    await waiting();
    await world.service.deliver([world.household().facts({})]);
    const fieldsOf = async (kind: string): Promise<string[][]> =>
      (await world.kept(kind)).map((body) => Object.keys(body).toSorted((a, b) => (a < b ? -1 : 1)));
    expect(await fieldsOf('review')).toEqual([['handle', 'until']]);
    expect((await fieldsOf('grant'))[0]).toEqual(['handle', 'kind', 'until']);
    const [{ state }] = (await world.kept('case')) as [{ state: object }];
    expect(new Set(Object.keys(state))).toEqual(
      new Set(['submitted', 'isSeen', 'lastDay', 'ownDay', 'requests', 'highestRequest', 'said']),
    );
  });

  it('one case at a time, with facts and without anything of a person', async () => {
    await waiting();
    expect((await world.service.health()).checks).toMatchObject({ casesInReview: 1 });
    const shown = await next(ana);
    expect(Object.keys(shown ?? {}).sort()).toEqual(['around', 'case', 'facts', 'isAppeal', 'why']);
    expect(shown).toEqual({
      case: expect.stringMatching(/^[\w-]{43}$/),
      facts: {
        event: 'EVT-A',
        needs: ['FOD'],
        impactPeriod: '2026-W46',
        incomeChange: 'stopped',
        urgent: [],
        householdSize: 3,
        inCity: false,
        areaFit: 'inside',
        evidenceClass: 'R6',
        attested: { residence: true, impact: true, need: true, honesty: true },
      },
      around: { tokensShared: 0, contactShared: 0 },
      isAppeal: false,
      why: ['outside-city'],
    });
    expect(await next(ben)).toBeNull();
    world.pass(32 * 60_000);
    expect((await next(ben))?.case).toBe(shown?.case);
  });

  it('a reviewer has one open case: every call gives the same one, at once or later, with either key', async () => {
    await waiting();
    await waiting();
    const at = await Promise.all([next(ana), next(ana), next(anaAtHome), next(ana)]);
    const [first] = at;
    expect(first?.case).toMatch(/^[\w-]{43}$/);
    expect(new Set(at.map((each) => each?.case)).size).toBe(1);
    const other = await next(ben);
    expect(other?.case).not.toBe(first?.case);
    expect((await next(ben))?.case).toBe(other?.case);
  });

  it('a case that does not open keeps no other from a reviewer, and comes again on the next day', async () => {
    const [bad] = [await waiting(), await waiting(), await waiting()];
    expect(await damage(world.service, 'case', bad.eligibilityRef)).toBe(1);
    for (const reviewer of [ana, ben]) {
      const shown = await next(reviewer);
      expect(shown?.case).toMatch(/^[\w-]{43}$/);
      expect((await resolve(shown?.case ?? '', 'approve', reviewer)).status).toBe(200);
    }
    expect(await next(ana)).toBeNull();
    const { checks } = await world.service.health();
    expect(checks).toMatchObject({ casesInReview: 1, recordsDamaged: 1 });
  });

  it('an open case stays with its reviewer while they look again, and later goes to another', async () => {
    await waiting();
    const name = (await next(ana))?.case;
    world.pass(20 * 60_000);
    expect((await next(ana))?.case).toBe(name);
    world.pass(20 * 60_000);
    expect(await next(ben)).toBeNull();
    world.pass(12 * 60_000);
    expect((await next(ben))?.case).toBe(name);
    expect(await next(ana)).toBeNull();
    expect(await resolve(name ?? '', 'approve', ana)).toMatchObject({ status: 409, body: { code: 'not-now' } });
    expect(await resolve(name ?? '', 'approve', ben)).toMatchObject({ status: 200 });
  });

  it('nobody decides a case that they do not have open', async () => {
    await waiting();
    await waiting();
    const [mine, other] = [(await next(ana))?.case ?? '', (await next(ben))?.case ?? ''];
    expect(await resolve(other, 'approve', ana)).toMatchObject({ status: 409, body: { code: 'not-now' } });
    expect(await resolve(mine, 'approve', ana)).toMatchObject({ status: 200 });
    expect(await resolve(other, 'approve', ana)).toMatchObject({ status: 409 });
    expect(await resolve(other, 'decline', ben)).toMatchObject({ status: 200 });
  });

  it('opening and deciding are in the audit, without the case; asking when none waits is not', async () => {
    const audit = async (): Promise<readonly string[]> => {
      const { rows } = await world.service.pool.query<{ act: string }>(
        `SELECT rtrim(operation || ' ' || person || ' ' || about) AS act FROM audit ORDER BY seq`,
      );
      return rows.map(({ act }) => act);
    };
    const before = (await audit()).length;
    await next(ana);
    await waiting();
    const name = (await next(anaAtHome))?.case ?? '';
    await next(ana);
    await resolve(name, 'decline', ben);
    await resolve(name, 'decline', ana);
    expect((await audit()).slice(before)).toEqual(['review-next person-ana', 'review-resolve person-ana']);
  });

  it('approved once: the grant names a pseudonym of the reviewer', async () => {
    const household = await waiting();
    const name = (await next(ana))?.case ?? '';
    expect(await resolve(name, 'approve', ana)).toEqual({ status: 200, body: { outcome: 'resolved' } });
    const published = await world.service.published();
    expect(endOf(household, published)).toMatchObject({ status: 'approved', grants: ['rapid 25000'] });
    const award = published.find(({ contract }) => contract === 'eligibility.grant-awarded');
    expect(award?.payload['stub']).toMatchObject({
      rules: ['a-person-decided', 'rapid-on-attestation'],
      reviewer: expect.stringMatching(/^[A-Z0-9]{8}$/),
    });
    expect(await resolve(name, 'decline', ben)).toMatchObject({ status: 404 });
    expect(await next(ben)).toBeNull();
  });

  it('an appeal goes to another person, whichever key the first one uses', async () => {
    const household = await waiting();
    const name = (await next(ana))?.case ?? '';
    await resolve(name, 'decline', ana);
    expect(household.box('eligibility', await world.service.published())).toMatchObject({
      status: 'not-approved',
      reasons: ['a-person-decided'],
    });
    await world.service.deliver([household.askEligibility(1, { kind: 'appeal' })]);
    expect(await next(ana)).toBeNull();
    expect(await next(anaAtHome)).toBeNull();
    expect(await resolve(name, 'approve', anaAtHome)).toMatchObject({ status: 403, body: { code: 'not-allowed' } });
    const appeal = await next(ben);
    expect(appeal).toMatchObject({ case: name, isAppeal: true });
    expect(await resolve(name, 'approve', ben)).toMatchObject({ status: 200 });
    expect(endOf(household, await world.service.published())).toMatchObject({
      status: 'approved',
      grants: ['rapid 25000'],
    });
  });

  it('never about a withdrawn case', async () => {
    const household = await waiting();
    const name = (await next(ana))?.case ?? '';
    await world.service.deliver([household.askEligibility(1, { kind: 'withdraw' })]);
    expect(await resolve(name, 'approve', ana)).toMatchObject({ status: 404 });
    world.pass(32 * 60_000);
    expect(await next(ben)).toBeNull();
  });

  it('not without a signature, and with nothing but a verdict', async () => {
    await waiting();
    const name = (await next(ana))?.case ?? '';
    expect(await resolve(name, 'approve')).toMatchObject({ status: 401, body: { code: 'not-signed' } });
    expect(await world.post('/v1/review/next', {})).toMatchObject({ status: 401 });
    expect(await world.post('/v1/review/next', { more: 1 }, ana)).toMatchObject({ status: 400 });
    expect(await resolve(name, 'deny', ana)).toMatchObject({ status: 400 });
    expect(await resolve('x'.repeat(43), 'approve', ana)).toMatchObject({ status: 400 });
    expect(await resolve(Buffer.alloc(32).toString('base64url'), 'approve', ana)).toMatchObject({ status: 404 });
  });

  it('the drawn sample waits for a person', async () => {
    const drawn = world.household({ isSampled: true });
    await world.service.deliver([drawn.facts()]);
    expect(drawn.box('eligibility', await world.service.published())?.status).toBe('being-looked-at');
    expect((await next(ana))?.why).toEqual(['random-sample']);
  });
});
