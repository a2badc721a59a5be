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
  it('are these and no others, and who signs nothing gets no further than to what is public', async () => {
    expect(await doorsOf(world.service)).toEqual({
      ...doorsOfEach,
      'main POST /v1/review/next': 401,
      'main POST /v1/review/settle': 401,
    });
  });
});

describe('who may tell a service what to do', () => {
  it.each(OPERATIONS)('%s: nobody who has not signed, and nobody with another role', async (what) => {
    expect((await ask(what)).status).toBe(401);
    const other = await ask(what, reviewer);
    expect([other.status, other.body['code']]).toEqual([403, 'not-allowed']);
  });

  it.each(OPERATIONS)('%s: nothing but the wish is taken', async (what) => {
    const answer = await ask(what, operator, { all: true });
    expect([answer.status, answer.body['code']]).toEqual([400, 'unknown-field']);
  });

  it('an operator can look at no case', async () => {
    expect((await world.post('/v1/review/next', {}, operator)).status).toBe(403);
  });
});

describe('what an operator can tell a service', () => {
  it('shows in groups what is set aside, with its last day, and tries it again', async () => {
    const slice = world.household().facts();
    const { payload } = slice as { payload: { sealed: string } };
    const spoiled = [1, 2].map((at) =>
      message(factsSubmitted, world.day, {
        submission: Buffer.alloc(32, at).toString('base64url'),
        sealed: Buffer.alloc(Buffer.from(payload.sealed, 'base64url').length, at).toString('base64url'),
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

  it('sends everything again, and says how much there is', async () => {
    await world.service.deliver([world.household().facts()]);
    const written = await world.service.said();
    expect((await ask('republish', operator)).body).toEqual({ left: 0 });
    // Nothing has been sent yet, so there is nothing to send again; what is sent once more lies below the live cursor.
    const last = await world.service.pool.query(
      `UPDATE relay_cursor SET (epoch, xid, seq) =
         (SELECT epoch, xid, seq FROM outbox ORDER BY epoch DESC, outbox.xid DESC, seq DESC LIMIT 1)
        WHERE name = 'live'`,
    );
    expect(last.rowCount).toBe(1);
    expect((await ask('republish', operator)).body).toEqual({ left: written.length });
  });

  it('turns the records when it is due, and says when it is not', async () => {
    expect((await ask('turn', operator)).body).toEqual({ outcome: 'not-due' });
    world.pass(DAY_MS);
    now = new Date(START.getTime() + DAY_MS);
    expect((await ask('turn', operator)).body).toEqual({ outcome: 'done' });
    expect((await ask('turn', operator)).body).toEqual({ outcome: 'not-due' });
  });

  it('lets an instance read on, and says whether it had stopped', async () => {
    expect((await ask('breaker/reset', operator)).body).toEqual({ wasTripped: false });
  });
});
