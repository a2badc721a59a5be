import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { DAY_MS } from '#libs/contracts';
import { DestructionGate, openHeld } from '#libs/records';

import { enrolStaff, postInsideAs, type StaffAnswer, type StaffKey } from '../../../test/support/staff.js';
import { EligibilityWorld } from './support.js';

const START = new Date('2026-11-18T15:05:00Z');

let folder: string;
let privateKey: KeyObject;
let world: EligibilityWorld;
let custodian: StaffKey;
let attorney: StaffKey;
let operator: StaffKey;
let now: Date;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'custodian-'));
  const pair = generateKeyPairSync('x25519');
  ({ privateKey } = pair);
  const file = join(folder, 'custodian-public.pem');
  await writeFile(file, pair.publicKey.export({ type: 'spki', format: 'pem' }));
  world = await EligibilityWorld.open({ start: START, env: { CUSTODIAN_KEY: file } });
  now = START;
  custodian = await enrolStaff(world.service, { name: 'custodian-one', person: 'custodian-one', role: 'custodian' });
  attorney = await enrolStaff(world.service, { name: 'attorney-one', person: 'attorney-one', role: 'custodian' });
  operator = await enrolStaff(world.service, { name: 'operator-one', person: 'operator-one', role: 'operator' });
});

afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

type Answer = Readonly<Record<string, unknown>>;

const ask = (what: string, body: object, signer: StaffKey | undefined = custodian): Promise<StaffAnswer<Answer>> =>
  postInsideAs<Answer, 'eligibility'>(world.service, { path: `/v1/legal-holds/${what}`, body, now }, signer);

/** One key holder asks and the other confirms. @returns the answer to the second */
async function both(what: string, body: object): Promise<StaffAnswer<Answer>> {
  expect((await ask(what, body)).body).toMatchObject({ outcome: 'asked' });
  return ask(what, body, attorney);
}

const nobody = Buffer.alloc(32, 7).toString('base64url');

describe('a legal hold', () => {
  it.each(['place', 'list', 'lift', 'export'])('%s: is for the custodian alone', async (what) => {
    expect((await ask(what, {}, operator)).status).toBe(403);
    expect((await postInsideAs(world.service, { path: `/v1/legal-holds/${what}`, body: {}, now })).status).toBe(401);
  });

  it.each([
    ['another kind', 'place', { kind: 'unheard-of', values: [nobody] }, 404],
    ['no name', 'place', { kind: 'case', values: [] }, 400],
    ['a name of another length', 'place', { kind: 'case', values: ['AAAA'] }, 400],
    ['free text beside it', 'place', { kind: 'case', values: [nobody], why: 'because' }, 400],
    ['a number that is none', 'lift', { hold: 'all' }, 400],
    ['more than the list', 'list', { all: true }, 400],
  ])('is not placed or lifted for %s', async (_, what, body, status) => {
    expect((await ask(what, body)).status).toBe(status);
  });

  it('keeps a case for its custodian when the household withdraws it, and nothing of anybody else', async () => {
    const [named, other] = [world.household(), world.household()];
    await world.service.deliver([named.facts(), other.facts()]);
    const placed = await both('place', { kind: 'case', values: [named.eligibilityRef] });
    expect(placed.status).toBe(200);
    const { hold } = placed.body;
    expect((await ask('list', {})).body).toEqual({
      holds: [{ id: hold, kinds: [{ kind: 'case', named: 1, kept: 0 }] }],
    });
    await world.service.deliver([named, other].map((household) => household.askEligibility(1, { kind: 'withdraw' })));
    world.pass(DAY_MS);
    now = new Date(START.getTime() + DAY_MS);
    await world.service.nightly.run();
    const exported = await both('export', { hold });
    const { sealed } = exported.body as { sealed: readonly string[] };
    expect(sealed.length).toBeGreaterThan(0);
    const opened = sealed.map((each) => openHeld(privateKey, Buffer.from(each, 'base64url')));
    expect(new Set(opened.map(({ kind, value }) => `${kind} ${Buffer.from(value).toString('base64url')}`))).toEqual(
      new Set([`case ${named.eligibilityRef}`]),
    );
    // The state before the withdrawal.
    expect(opened.some(({ body }) => JSON.stringify(body).includes('"facts":{'))).toBe(true);
    expect((await both('lift', { hold })).body).toEqual({ outcome: 'done', lifted: true });
    expect((await both('export', { hold })).body).toEqual({ outcome: 'done', sealed: [] });
    expect((await ask('list', {})).body).toEqual({ holds: [] });
    expect((await both('lift', { hold })).body).toEqual({ outcome: 'done', lifted: false });
    const { rows } = await world.service.pool.query<{ act: string }>(
      `SELECT operation || ' ' || person || ' ' || about AS act FROM audit ORDER BY seq`,
    );
    expect(rows.map(({ act }) => act)).toEqual(
      ['place', 'export', 'lift', 'export', 'lift'].flatMap((what, at) => [
        `legal-hold-${what}-ask custodian-one ${what === 'place' ? '' : String(hold)}`,
        // The last lift found nothing to lift.
        ...(at === 4 ? [] : [`legal-hold-${what} attorney-one ${String(hold)}`]),
      ]),
    );
  });

  it.each([
    ['place', { kind: 'case', values: [nobody] }],
    ['export', { hold: `hold-${'0'.repeat(18)}` }],
    ['lift', { hold: `hold-${'1'.repeat(18)}` }],
  ])('%s: needs two people; the same one twice is refused, also with another key', async (what, body) => {
    const second = await enrolStaff(world.service, {
      name: `second-${what}`,
      person: 'custodian-one',
      role: 'custodian',
    });
    expect((await ask(what, body)).body).toMatchObject({ outcome: 'asked' });
    for (const key of [custodian, second]) {
      const answer = await ask(what, body, key);
      expect([answer.status, answer.body['code']]).toEqual([403, 'not-allowed']);
    }
    expect((await ask(what, body, attorney)).body).toMatchObject({ outcome: 'done' });
    // The wish is used up.
    expect((await ask(what, body, attorney)).body).toMatchObject({ outcome: 'asked' });
  });

  it('is not placed by two people who want different records', async () => {
    const [one, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)].map((value) => value.toString('base64url'));
    const before = (await ask('list', {})).body;
    expect((await ask('place', { kind: 'case', values: [one] })).body).toMatchObject({ outcome: 'asked' });
    expect((await ask('place', { kind: 'case', values: [other] }, attorney)).body).toMatchObject({ outcome: 'asked' });
    expect((await ask('list', {})).body).toEqual(before);
  });

  it('is forgotten if nobody confirms it within a week', async () => {
    const body = { kind: 'case', values: [Buffer.alloc(32, 3).toString('base64url')] };
    expect((await ask('place', body)).body).toMatchObject({ outcome: 'asked' });
    world.pass(8 * DAY_MS);
    now = new Date(now.getTime() + 8 * DAY_MS);
    await world.service.nightly.run();
    expect((await ask('place', body, attorney)).body).toMatchObject({ outcome: 'asked' });
  });

  it('ends only while the clocks are believed, because its records are destroyed then', async () => {
    const body = { hold: `hold-${'2'.repeat(18)}` };
    const gate = world.service.get(DestructionGate);
    const doubted = jest.spyOn(gate, 'permit').mockResolvedValue(undefined);
    expect((await ask('lift', body)).body).toMatchObject({ outcome: 'asked' });
    expect((await ask('lift', body, attorney)).body).toMatchObject({ code: 'not-now' });
    doubted.mockRestore();
    expect((await ask('lift', body, attorney)).body).toMatchObject({ outcome: 'done' });
  });
});

describe('without a custodian', () => {
  it('no hold can be placed', async () => {
    const without = await EligibilityWorld.open({ start: START });
    try {
      const key = await enrolStaff(without.service, {
        name: 'cust-two',
        person: 'cust-two',
        role: 'custodian',
      });
      const wish = { path: '/v1/legal-holds/place', body: { kind: 'case', values: [nobody] }, now: START };
      const other = await enrolStaff(without.service, { name: 'cust-tri', person: 'cust-tri', role: 'custodian' });
      await postInsideAs<Answer, 'eligibility'>(without.service, wish, key);
      const answer = await postInsideAs<Answer, 'eligibility'>(without.service, wish, other);
      expect([answer.status, answer.body['code']]).toEqual([409, 'not-now']);
    } finally {
      await without.close();
    }
  });
});
