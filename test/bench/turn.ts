import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { keyLife } from '#libs/contracts';
import { Records, recordsUp, turn, type KindSpec, type Row } from '#libs/records';
import { Permit } from '#libs/records/testing';
import { FileKeyring } from '#libs/sealing';

import { freePort } from '../../deploy/local/ports.js';
import { Postgres } from '../../deploy/local/postgres.js';
import { newPassword } from '../../deploy/local/secrets.js';

const RECORDS = 100_000;
const NIGHT = 20_000;
const TODAY = '2026-11-25';

/** The kinds of eligibility's records, with their sizes and shares. */
const kinds: readonly (KindSpec & { readonly share: number; readonly bodyBytes: number })[] = [
  { kind: 'case', sizeBytes: 2_304, work: false, share: 1, bodyBytes: 1_200, isOver: (body) => 'closed' in body },
  { kind: 'grant', sizeBytes: 192, work: false, share: 1, bodyBytes: 80, isOver: (body) => 'closed' in body },
  { kind: 'token', sizeBytes: 512, work: false, share: 1, bodyBytes: 250 },
  { kind: 'review', sizeBytes: 192, work: true, share: 1, bodyBytes: 80 },
  { kind: 'handled', sizeBytes: 112, work: false, share: 6, bodyBytes: 40, isOver: (body) => 'closed' in body },
];

/** Measures a turn alone on this machine, on a durable PostgreSQL: records, seconds, rate. */
export async function benchTurn(count = RECORDS): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'bench-turn-'));
  const folder = {
    privateDir: join(root, 'private'),
    publicRoot: join(root, 'public'),
    service: 'eligibility',
    life: keyLife,
  };
  const postgres = await Postgres.start({
    folder: join(root, 'postgres'),
    port: await freePort(),
    superuserPassword: newPassword(),
    logFile: join(root, 'postgres.log'),
  });
  const pool = new pg.Pool({ connectionString: postgres.superuserUrl, max: 4 });
  // The server ends idle connections when it stops.
  pool.on('error', () => undefined);
  try {
    const keys = await FileKeyring.create(folder);
    for (const statement of recordsUp) await pool.query(statement);
    const records = new Records({ keys, kinds });
    const made = await fill(pool, records, count);
    await pool.query('CHECKPOINT');
    for (const later of [1, 2, 3]) {
      const [began, cpu, served] = [performance.now(), process.cpuUsage(), busySeconds(postgres.pid)];
      const { moved } = await turn({ records, keys, pool }, NIGHT + later, new Permit(TODAY));
      const seconds = (performance.now() - began) / 1_000;
      const { user, system } = process.cpuUsage(cpu);
      if (moved !== made) throw new Error(`moved ${moved} of ${made}`);
      console.log(
        `turn ${later}: ${moved} records in ${seconds.toFixed(2)} s, ${Math.round(moved / seconds)} a second; ` +
          `busy: this process ${((user + system) / 1e6).toFixed(2)} s, ` +
          `PostgreSQL ${(busySeconds(postgres.pid) - served).toFixed(2)} s`,
      );
    }
  } finally {
    await pool.end();
    await postgres.stop();
    await rm(root, { recursive: true, force: true });
  }
}

const TICKS_A_SECOND = 100;

/** Processor time of a server and its processes, including ended ones. Linux only; elsewhere the result is unknown. */
function busySeconds(pid = 0): number {
  const ticks = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        // Fields 4 (parent) and 14 to 17, after a name in brackets.
        const fields = stat
          .slice(stat.lastIndexOf(')') + 2)
          .split(' ')
          .map(Number);
        const [own, ofEnded] = [(fields[11] ?? 0) + (fields[12] ?? 0), (fields[13] ?? 0) + (fields[14] ?? 0)];
        if (Number(name) === pid) return own + ofEnded;
        return fields[1] === pid ? own : 0;
      } catch {
        // It has ended since the folder was listed.
        return 0;
      }
    });
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_A_SECOND;
}

async function fill(pool: pg.Pool, records: Records, count: number): Promise<number> {
  const shares = kinds.reduce((sum, { share }) => sum + share, 0);
  let made = 0;
  await inTransaction(pool, (client) =>
    records.prepare({ query: (text, values) => client.query(text, values) }, NIGHT),
  );
  for (const spec of kinds) {
    const share = Math.floor((count * spec.share) / shares);
    for (let at = 0; at < share; at += 2_000) {
      const rows = Array.from({ length: Math.min(2_000, share - at) }, (_, next) => rowOf(spec, at + next));
      await inTransaction(pool, async (client) =>
        (await records.begin({ query: (text, values) => client.query(text, values) })).put(spec.kind, rows),
      );
    }
    made += share;
  }
  return made;
}

function rowOf({ kind, work, bodyBytes }: (typeof kinds)[number], at: number): Row {
  const value = Buffer.from(`${kind}-${at}`.padEnd(32, '.'));
  return { value, body: { n: at, text: 'x'.repeat(bodyBytes - 20) }, ...(work ? { due: new Date(0) } : {}) };
}

async function inTransaction(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<unknown>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await work(client);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
