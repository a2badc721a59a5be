// One of two instances of a service, for turn-killed.it.spec.ts. It writes and reads records at a steady rate, and
// reports the beginning and the commit of each write. On command it runs the turn, and it may kill itself at a named
// point.
//
//     OPTIONS='{...}' node dist/libs/records/test/turning-process.js
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { keyLife } from '#libs/contracts';
import { FileKeyring } from '../../sealing/src/index.js';
import { Records, RecordsError, turn, type RecordsTx } from '../src/index.js';
import { Permit } from '../src/testing.js';
import { keptKinds, type ProcessOptions } from './kept-kinds.js';

const EVERY_MS = 20;
const UNDER_WAY_MAX = 100;
const { url, privateDir, publicRoot, night, today, dieAt, own, count } = JSON.parse(
  process.env['OPTIONS'] ?? '',
) as ProcessOptions;

const keys = await FileKeyring.open({ privateDir, publicRoot, service: 'payments', life: keyLife });
const pool = new pg.Pool({ connectionString: url, max: 12 });
pool.on('error', () => undefined);
const records = new Records({ keys, kinds: keptKinds });
let isRunning = true;
const progress = new Map<number, number>();

/** A pipe takes a line at once or not at all, so that lines written before a SIGKILL are not lost. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function inRecords<T>(work: (open: RecordsTx) => Promise<T>): Promise<T> {
  for (;;) {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work(
        await records.begin({ query: (text, values) => client.query(text, values), once: true }),
      );
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      if (!(error instanceof RecordsError && error.canRetry)) throw error;
    } finally {
      client.release();
    }
  }
}

const valueOf = (at: number): Buffer => Buffer.from(`value-${at}`);

/** Reads one of its own records and writes it again with its number plus one. Every tenth time it adds a new record. */
async function write(step: number): Promise<void> {
  const at = (((step * 7_919) % (count / 2)) * 2 + own) % count;
  say(`begins ${at}`);
  const n = await inRecords(async (open) => {
    const [found] = await open.findForUpdate<{ n: number }>('case', [valueOf(at)]);
    if (found === undefined) throw new Error('lost');
    await open.save('case', [{ value: valueOf(at), body: { n: found.n + 1 } }]);
    return found.n + 1;
  });
  progress.set(at, n);
  say(`wrote ${at} ${n}`);
  if (step % 10 > 0) return;
  const fresh = count + step * 2 + own;
  say(`begins ${fresh}`);
  await inRecords((open) => open.put('case', [{ value: valueOf(fresh), body: { n: 0 } }]));
  progress.set(fresh, 0);
  say(`wrote ${fresh} 0`);
}

/** Checks that a record that it has written is there at every moment, whichever night it is in. */
async function read(step: number): Promise<void> {
  const known = [...progress];
  const chosen = known[(step * 104_729) % known.length];
  if (chosen === undefined) return;
  const [found] = await inRecords((open) => open.find<{ n: number }>('case', [valueOf(chosen[0])]));
  if (found === undefined || found.n < chosen[1]) throw new Error('lost');
}

/**
 * Writes and reads at every step of a clock, even if those before are not done, so that delays by the turn add up.
 * @returns the share of the due steps that have begun
 */
async function traffic(): Promise<number> {
  const underWay = new Set<Promise<unknown>>();
  const began = performance.now();
  let step = 0;
  for (; isRunning; step += 1) {
    const pair: Promise<unknown> = Promise.all([write(step), read(step)]).finally(() => underWay.delete(pair));
    underWay.add(pair);
    while (underWay.size >= UNDER_WAY_MAX) await Promise.race(underWay);
    await sleep(Math.max(0, began + (step + 1) * EVERY_MS - performance.now()));
  }
  const due = (performance.now() - began) / EVERY_MS;
  await Promise.all(underWay);
  return step / due;
}

async function turnUntilDone(): Promise<void> {
  const failpoint = (name: string): void => {
    say(`point ${name}`);
    if (name === dieAt) process.kill(process.pid, 'SIGKILL');
  };
  for (;;) {
    const result = await turn({ records, keys, pool, failpoint, batchRows: 2_000 }, night, new Permit(today));
    if (result.outcome === 'done') return say(`turned ${JSON.stringify(result)}`);
    say('busy');
    await sleep(50);
  }
}

createInterface(process.stdin).on('line', (line) => {
  if (line === 'turn') void turnUntilDone();
  if (line === 'stop') isRunning = false;
});
say('ready');
say(`stopped ${await traffic()}`);
await pool.end();
process.exit(0);
