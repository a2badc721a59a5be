import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { contactSlice, factsSlice, payoutSlice, services, type SealedContract } from '#libs/contracts';
import { newReceipt, prepareApplication, type DeviceSetting } from '#libs/household';
import { fromBase64url, sealTo, sliceBinding, toBase64url } from '#libs/sealing';
import { LimitsConfig, readConfig } from '#libs/service';

import { someAnswers, TestCity } from '../support/city.js';

const COUNT = 400;
const AT_ONCE = 8;
const QUIET_MS = 4_000;

/** Bytes on disk by place. */
type Places = Readonly<Record<string, number>>;

/**
 * Measures the bytes on disk that one application costs which is sealed well and holds rubbish, and prints what the
 * ceiling of households' own devices lets through in an hour. It sends through kiosks, which have no ceiling; the bytes
 * are the same.
 */
export async function benchRubbish(count = COUNT): Promise<void> {
  const city = await TestCity.start('demo');
  try {
    const bodies = await Promise.all(Array.from({ length: count }, () => rubbish(city.setting)));
    // The first writes after a checkpoint log whole pages, which traffic of an hour does not repeat.
    await send(city, bodies.splice(0, Math.ceil(count / 4)));
    const before = await placesOf(city);
    await send(city, bodies);
    const after = await placesOf(city);
    let sum = 0;
    for (const [place, bytes] of Object.entries(after)) {
      const each = (bytes - (before[place] ?? 0)) / bodies.length;
      sum += each;
      if (Math.round(each) !== 0) console.log(`${place.padEnd(34)} ${(each / 1_000).toFixed(1).padStart(7)} kB`);
    }
    const perHour = readConfig(LimitsConfig, { PORT: '1' }).ownDevicePerHour;
    console.log(`${'each application of rubbish'.padEnd(34)} ${(sum / 1_000).toFixed(1).padStart(7)} kB`);
    console.log(`at the ceiling of ${perHour} an hour ${((sum * perHour) / 1e6).toFixed(0)} MB an hour`);
  } finally {
    await city.stop();
  }
}

/** An application that is sealed well, with random bytes inside. */
export async function rubbish(setting: DeviceSetting): ReturnType<typeof prepareApplication> {
  const honest = await prepareApplication(newReceipt(), someAnswers(), setting);
  const sealed = async (contract: SealedContract): Promise<string> => {
    const key = setting.directory.dayKeys.find(
      ({ service, day }) => service === contract.consumer && day === setting.day,
    );
    const recipientKey = fromBase64url(key?.publicKey ?? '');
    const plaintext = randomBytes(contract.sizeBytes);
    return toBase64url(await sealTo({ recipientKey, ...sliceBinding(contract, setting.day), plaintext }));
  };
  const [facts, payout, contact] = await Promise.all([factsSlice, payoutSlice, contactSlice].map(sealed));
  return { ...honest, facts: facts ?? '', payout: payout ?? '', contact: contact ?? '' };
}

type Body = Awaited<ReturnType<typeof rubbish>>;

/** Sends all, and waits until every service has read them. */
async function send(city: TestCity, bodies: readonly Body[]): Promise<void> {
  const queue = [...bodies.entries()];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        await city.kiosks[next[0] % city.kiosks.length]?.submit(next[1]);
      }
    }),
  );
  // The processes write a little even when nothing comes, so that the bytes never stand still.
  for (;;) {
    await sleep(QUIET_MS);
    const all = await Promise.all(services.map((service) => city.checks(service)));
    if (all.every(({ lag, backlog }) => lag === 0 && backlog === 0)) return;
  }
}

/** The bytes on disk of a whole city. */
export async function placesOf(city: TestCity): Promise<Places> {
  const places: Record<string, number> = {};
  for (const service of services) {
    const tables = await city.rows<{ place: string; bytes: string }>(
      service,
      `SELECT regexp_replace(relname, '_[0-9].*$', '') AS place, sum(pg_total_relation_size(oid))::text AS bytes
         FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace GROUP BY 1`,
    );
    for (const { place, bytes } of tables) places[`${service}: table ${place}`] = Number(bytes);
  }
  places['write-ahead log'] = await walBytes(city.stack.superuserUrl ?? '');
  places['Kafka'] = logBytes(join(city.root, 'kafka', 'data'));
  return places;
}

async function walBytes(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ bytes: string }>(`SELECT pg_current_wal_insert_lsn() - '0/0' AS bytes`);
    return Number(rows[0]?.bytes);
  } finally {
    await client.end();
  }
}

function logBytes(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.log'));
  return names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
