import { addDays, HOUR_MS, keyLife, services, startOfDay, type Service } from '#libs/contracts';
import type { Household } from '#libs/household';
import { FileKeyring, hmacSha256 } from '#libs/sealing';

import { privateKeyring, publicKeyring } from '../../deploy/local/keyring.js';
import { eventually, someAnswers, TestCity } from '../support/city.js';

const HOUSEHOLDS = 30;

/** The record that a service keeps of each household, and the value under which it is found. */
const records: Readonly<Record<Service, readonly [kind: string, value: (household: Household) => Uint8Array]>> = {
  intake: ['application', ({ applicationId }) => applicationId],
  eligibility: ['case', ({ at }) => at.eligibility.householdRef],
  payments: ['household', ({ at }) => at.payments.householdRef],
  notification: ['contact', ({ at }) => at.notification.householdRef],
};

/** The slices of one application, in the outbox of intake. */
const slices = ['intake.facts-submitted.v1', 'intake.payout-chosen.v1', 'intake.contact-given.v1'] as const;

interface Trace {
  readonly id: string;
}

const OUTBOX = 'SELECT md5(envelope) AS id FROM outbox WHERE topic = $1 ORDER BY epoch, outbox.xid, seq';
const LEDGER = 'SELECT md5(reference) AS id FROM instrument WHERE reference IS NOT NULL ORDER BY seq, reference';

/** Households, by their number, in the order in which somebody who holds the disks finds them. */
type Order = readonly number[];

/**
 * Households apply one after another; each has its answer before the next one comes. Then somebody holds every
 * database, without a key, and sorts: the records by the transaction that wrote them last and their place in the
 * table, the sent messages by the order of the outbox, the ledger by its commits. For each pair he takes the n-th of
 * one for the n-th of the other. Prints how many of the pairs are right, within the day and after the nightly turn.
 * Chance finds one.
 */
export async function benchOrder(count = HOUSEHOLDS): Promise<void> {
  const city = await TestCity.start('demo', { clockOffsetMs: 0 });
  try {
    const households: Household[] = [];
    const traces: string[][] = [];
    for (let at = 0; at < count; at += 1) {
      const before = await tracesIn(city);
      const applied = await city.apply(someAnswers(), city.kiosks[at % city.kiosks.length] ?? city.kiosk);
      await applied.until(({ payments }) => payments?.status === 'ready-to-collect', 'a code', 60_000);
      households.push(applied.household);
      traces.push((await tracesIn(city)).filter((each) => !before.includes(each)));
    }
    console.log(`${count} households, one after another; right pairs by order alone`);
    const today = await ordersOf(city, households, traces);
    await city.advanceTo(new Date(startOfDay(addDays(city.today, 1)) + HOUR_MS));
    for (const service of services) {
      const isTurned = (checks: Readonly<Record<string, unknown>>): boolean => checks['turn'] === city.today;
      await eventually(`the turn of ${service}`, () => city.checks(service), isTurned, 120_000);
    }
    await eventually(
      'sent messages rest',
      () => liveIn(city),
      (rows) => rows === 0,
      120_000,
    );
    const later = await ordersOf(city, households, traces);
    for (const [one, other] of pairsOf([...today.keys()])) {
      const shares = [today, later].map((orders) => share(orders.get(one) ?? [], orders.get(other) ?? []));
      const [now, then] = shares.map((right) => `${right}`.padStart(4));
      console.log(`${`${one} and ${other}`.padEnd(66)} within the day ${now}   after the turn ${then}`);
    }
  } finally {
    await city.stop();
  }
}

/** What a household leaves in the outbox of intake and in the ledger, by a hash that the turn does not change. */
async function tracesIn(city: TestCity): Promise<readonly string[]> {
  const sent = await city.rows<Trace>('intake', 'SELECT md5(envelope) AS id FROM outbox WHERE topic = ANY($1)', [
    slices,
  ]);
  return [...sent, ...(await city.rows<Trace>('payments', LEDGER))].map(({ id }) => id);
}

/** Sent messages that still have an order. */
async function liveIn(city: TestCity): Promise<number> {
  const [row] = await city.rows<{ rows: number }>(
    'intake',
    'SELECT count(*)::integer AS rows FROM outbox WHERE epoch >= 0 AND topic = ANY($1)',
    [slices],
  );
  return row?.rows ?? 0;
}

async function ordersOf(
  city: TestCity,
  households: readonly Household[],
  traces: readonly (readonly string[])[],
): Promise<ReadonlyMap<string, Order>> {
  const orders = new Map<string, Order>();
  for (const service of services) orders.set(service, await orderOfRecords(city, service, households));
  for (const [name, order] of await ordersOfTraces(city, traces)) orders.set(name, order);
  return orders;
}

/** Only the truth about what was found needs the keys. */
async function orderOfRecords(city: TestCity, service: Service, households: readonly Household[]): Promise<Order> {
  const [kind, valueOf] = records[service];
  const rows = await city.rows<{ night: number; lookup: Buffer }>(
    service,
    'SELECT night, lookup FROM record WHERE kind = $1 ORDER BY xmin::text::bigint, tableoid, ctid',
    [kind],
  );
  const { layout } = city.stack;
  const folders = { privateDir: privateKeyring(layout, service), publicRoot: publicKeyring(layout) };
  const keyring = await FileKeyring.open({ ...folders, service, life: keyLife });
  const truth = new Map<string, number>();
  for (const night of new Set(rows.map((row) => row.night))) {
    const keys = keyring.rowKeys(night);
    if (keys === undefined) continue;
    for (const [at, household] of households.entries()) {
      truth.set(hmacSha256(keys.lookup, kind, valueOf(household)).toString('hex'), at);
    }
  }
  return rows.flatMap(({ lookup }) => truth.get(lookup.toString('hex')) ?? []);
}

async function ordersOfTraces(
  city: TestCity,
  traces: readonly (readonly string[])[],
): Promise<readonly (readonly [string, Order])[]> {
  const truth = new Map(traces.flatMap((ids, at) => ids.map((id) => [id, at] as const)));
  const orderOf = (rows: readonly Trace[]): Order => rows.flatMap(({ id }) => truth.get(id) ?? []);
  const orders: [string, Order][] = [['the ledger', orderOf(await city.rows<Trace>('payments', LEDGER))]];
  for (const topic of slices) {
    orders.push([topic.replace('.v1', ''), orderOf(await city.rows<Trace>('intake', OUTBOX, [topic]))]);
  }
  return orders;
}

function pairsOf(names: readonly string[]): readonly (readonly [string, string])[] {
  return names.flatMap((one, at) => names.slice(at + 1).map((other) => [one, other] as const));
}

/** How many households have the same place in both orders. */
function share(one: Order, other: Order): number {
  return one.filter((household, at) => other[at] === household).length;
}
