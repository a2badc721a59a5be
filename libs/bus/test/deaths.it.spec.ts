import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { grantCancelled, type Contract } from '#libs/contracts';
import { inTransaction } from '#libs/database';

import type { Alarm } from '../src/index.js';
import { CrashLoopGuard } from '../src/consume/crash-loop-guard.js';
import { DelayedWorker } from '../src/consume/delayed-worker.js';
import type { Incoming } from '../src/consume/opening.js';
import type { Control, End } from '../src/consume/processor.js';
import { largestEnvelopeBytes } from '../src/inbox/sizes.js';
import { Inbox } from '../src/testing.js';
import { eventually, Keys, TestedDatabase, today } from './support.js';

const contract: Contract = grantCancelled;
const messages = Array.from({ length: 5 }, (_, at): Incoming => ({
  contract,
  contractName: contract.name,
  day: today(),
  envelope: Buffer.from(`message ${at}`),
  logPosition: { topic: contract.topic, partition: 0, offset: BigInt(at) },
}));
const calm = { aborted: () => false, rest: () => Promise.resolve() };

let keys: Keys;
let database: TestedDatabase;
let alarms: Alarm[];
beforeAll(async () => {
  keys = await Keys.create();
  database = await TestedDatabase.create();
});
afterAll(async () => {
  await database.close();
  await keys.remove();
});
beforeEach(async () => {
  alarms = [];
  await database.pool.query('DELETE FROM crash_loop_guard');
});

/** One process from its start until its first batch ends in this way. @returns the portions that it handled */
async function process(
  end: End | ((portion: readonly Incoming[], control: Pick<Control, 'rest'>) => Promise<End>),
): Promise<readonly (readonly Incoming[])[]> {
  const portions: (readonly Incoming[])[] = [];
  const guard = new CrashLoopGuard(database.pool, (alarm) => alarms.push(alarm));
  await guard.guard(messages, calm, (portion, control) => {
    portions.push(portion);
    return typeof end === 'string' ? Promise.resolve(end) : end(portion, control);
  });
  return portions;
}

const rows = async (): Promise<number> => (await database.pool.query('SELECT 1 FROM crash_loop_guard')).rows.length;

describe('the crash-loop guard', () => {
  it.each(['halted', 'tripped', 'went-back'] as const)('counts no end in order as a death: %s', async (end) => {
    for (let start = 0; start < 5; start += 1) expect(await process(end)).toEqual([messages]);
    expect(await process('committed')).toEqual([messages]);
    expect(alarms).toEqual([]);
  });

  it('counts no death while a process waits for its keys or its database', async () => {
    const watched: number[] = [];
    const resting = { aborted: () => false, rest: async () => void watched.push(await rows()) };
    await database.pool.query('DELETE FROM crash_loop_guard');
    const guard = new CrashLoopGuard(database.pool, () => undefined);
    await guard.guard(messages, resting, async (_, control) => {
      watched.push(await rows());
      await control.rest(1);
      watched.push(await rows());
      return 'died';
    });
    expect(watched).toEqual([1, 0, 1]);
  });

  it('finds the message at which three processes died, parks it unopened, and raises its alarm', async () => {
    const isBad = (portion: readonly Incoming[]): boolean =>
      portion.some(({ logPosition, isDeadly }) => logPosition?.offset === 2n && isDeadly !== true);
    const dying = (portion: readonly Incoming[]): Promise<End> =>
      Promise.resolve(isBad(portion) ? 'died' : 'committed');
    for (let death = 0; death < 3; death += 1) {
      await process(dying);
      expect(alarms).toEqual([]);
      // A stop in order between two deaths does not count, and forgets none.
      await process('halted');
    }
    const last = (await process(dying)).flat();
    expect(last.filter(({ isDeadly }) => isDeadly === true).map(({ logPosition }) => logPosition?.offset)).toEqual([
      2n,
    ]);
    expect(alarms).toEqual([{ code: 'deadly-message', topic: contract.topic }]);
  });
});

describe('a retried message at which processes die', () => {
  it('is parked again after three deaths, and a stop in order is none', async () => {
    const records = database.records(keys.ring('payments'));
    const inbox = new Inbox(records, largestEnvelopeBytes('payments'));
    let ahead = 0;
    const clock = (): Date => new Date(Date.now() + ahead);
    const delayed = messages.map(({ contractName, day, envelope }) => ({ contractName, day, envelope, due: clock() }));
    await eventually(
      () =>
        inTransaction(database.pool, (tx) => inbox.delayed.keep(tx, delayed))
          .then(() => true)
          .catch(() => false),
      (isKept) => isKept,
    );
    await database.pool.query(
      `UPDATE record SET due = date_trunc('hour', now()) - interval '1 hour' WHERE kind = 'later'`,
    );

    /** One process, whose worker ends each portion with the bad message in this way. */
    const run = async (end: End): Promise<readonly Incoming[]> => {
      const seen: Incoming[] = [];
      const isOver = Promise.withResolvers<void>();
      const worker = new DelayedWorker({
        pool: database.pool,
        inbox,
        clock,
        process: async (portion) => {
          seen.push(...portion);
          const isBad = portion.some(({ envelope, isDeadly }) => String(envelope) === 'message 2' && isDeadly !== true);
          if (isBad) {
            isOver.resolve();
            return { end, applied: new Map() };
          }
          const ids = portion.flatMap(({ delayedId }) => delayedId ?? []);
          await inTransaction(database.pool, (tx) => inbox.delayed.claim(tx, ids));
          if (portion.some(({ isDeadly }) => isDeadly === true)) setTimeout(isOver.resolve, 200);
          return { end: 'committed', applied: new Map() };
        },
        isPaused: () => false,
        pollMs: 60_000,
        batchMax: 100,
        alarm: (alarm) => alarms.push(alarm),
      });
      worker.start();
      await isOver.promise;
      await worker.stop();
      // The lease of a dead process ends.
      ahead += 11 * 60_000;
      return seen;
    };
    for (let start = 0; start < 4; start += 1) expect(await run('halted')).toHaveLength(messages.length);
    for (let death = 0; death < 3; death += 1) await run('died');
    const last = await run('died');
    expect(last.map(({ envelope, isDeadly }) => [String(envelope), isDeadly])).toContainEqual(['message 2', true]);
    expect(alarms).toEqual([{ code: 'deadly-message', count: 1 }]);
    expect((await database.pool.query(`SELECT 1 FROM record WHERE kind = 'later'`)).rows).toEqual([]);
  });
});
