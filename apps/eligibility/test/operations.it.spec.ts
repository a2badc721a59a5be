import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { addDays, clocks, DAY_MS, message, factsSubmitted } from '#libs/contracts';

import { doorsOf, doorsOfEach } from '../../../test/support/doors.js';
import { enrolStaff, postInsideAs, type StaffAnswer, type StaffKey } from '../../../test/support/staff.js';
import { EligibilityWorld } from './support.js';

const OPERATIONS = ['republish', 'parked', 'parked/retry', 'breaker/reset', 'breaker/set-aside', 'turn'] as const;
const START = new Date('2026-11-18T15:05:00Z');

let world: EligibilityWorld;
let operator: StaffKey;
let reviewer: StaffKey;
let now: Date;

beforeAll(async () => {
  world = await EligibilityWorld.open({ start: START });
  now = START;
  operator = await enrolStaff(world.service, { name: 'operator-one', person: 'operator-one', role: 'operator' });
  reviewer = await enrolStaff(world.service, { name: 'reviewer-nine', person: 'reviewer-nine', role: 'reviewer' });
});

afterAll(() => world.close());

type Answer = Readonly<Record<string, unknown>>;

const ask = (what: string, signer?: StaffKey, body: object = {}): Promise<StaffAnswer<Answer>> =>
  postInsideAs<Answer, 'eligibility'>(world.service, { path: `/v1/operations/${what}`, body, now }, signer);

describe('the doors', () => {
  it('are these and no others, and without a signature only the public ones answer', async () => {
    expect(await doorsOf(world.service)).toEqual({
      ...doorsOfEach,
      'main POST /v1/review/next': 401,
      'main POST /v1/review/resolve': 401,
    });
  });
});

describe('the access to operations', () => {
  it.each(OPERATIONS)('%s: is refused without a signature, and to another role', async (what) => {
    expect((await ask(what)).status).toBe(401);
    const other = await ask(what, reviewer);
    expect([other.status, other.body['code']]).toEqual([403, 'not-allowed']);
  });

  it.each(OPERATIONS)('%s: refuses fields that it does not know', async (what) => {
    const answer = await ask(what, operator, { all: true });
    expect([answer.status, answer.body['code']]).toEqual([400, 'unknown-field']);
  });

  it('an operator can see no case', async () => {
    expect((await world.post('/v1/review/next', {}, operator)).status).toBe(403);
  });
});

describe('an operator', () => {
  it('sees parked messages in groups with their last day, and retries them', async () => {
    const slice = world.household().facts();
    const { payload } = slice as { payload: { sealed: string } };
    const spoiled = [1, 2].map((at) =>
      message(factsSubmitted, world.day, {
        submission: Buffer.alloc(32, at).toString('base64url'),
        sealed: Buffer.alloc(Buffer.from(payload.sealed, 'base64url').length, at).toString('base64url'),
        attended: true,
      }),
    );
    await world.service.deliver(spoiled);
    const [code] = Object.keys(await world.service.parked());
    const groups = [
      { contract: factsSubmitted.name, day: world.day, code, count: 2, lastDay: addDays(world.day, clocks.dayKeyDays) },
    ];
    expect((await ask('parked', operator)).body).toEqual({ groups });
    expect((await ask('parked/retry', operator)).body).toEqual({ retried: 2 });
    expect((await ask('parked', operator)).body).toEqual({ groups: [] });
  });

  it('republishes the outbox, and learns how many rows are left', async () => {
    await world.service.deliver([world.household().facts()]);
    const written = await world.service.published();
    expect((await ask('republish', operator)).body).toEqual({ left: 0 });
    // A republish sends the rows below the live cursor. No row has been sent yet, so that the cursor is moved first.
    const last = await world.service.pool.query(
      `UPDATE relay_cursor SET (epoch, xid, seq) =
         (SELECT epoch, xid, seq FROM outbox ORDER BY epoch DESC, outbox.xid DESC, seq DESC LIMIT 1)
        WHERE name = 'live'`,
    );
    expect(last.rowCount).toBe(1);
    expect((await ask('republish', operator)).body).toEqual({ left: written.length });
  });

  it('starts the nightly turn when it is due', async () => {
    expect((await ask('turn', operator)).body).toEqual({ outcome: 'not-due' });
    world.pass(DAY_MS);
    now = new Date(START.getTime() + DAY_MS);
    expect((await ask('turn', operator)).body).toEqual({ outcome: 'done' });
    expect((await ask('turn', operator)).body).toEqual({ outcome: 'not-due' });
  });

  it('resets the circuit breaker, and learns whether it had tripped', async () => {
    expect((await ask('breaker/reset', operator)).body).toEqual({ wasTripped: false });
  });
});
