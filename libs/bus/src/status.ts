import { addDays, clocks, type Day } from '#libs/contracts';
import { inTransaction } from '#libs/database';
import type { Admin } from 'kafkajs';
import type pg from 'pg';

import type { BusConsumer, ConsumerState } from './consume/consumer.js';
import { lagOf, readOffsets } from './consume/positions.js';
import { copiesOf } from './kafka/topic-copies.js';
import type { Tally } from './consume/processor.js';
import type { Inbox } from './inbox/inbox.js';
import type { RelayStatus } from './produce/relay.js';

/** Parked messages raise an alarm this many days before their key is destroyed. */
const PARKED_NOTICE_DAYS = 2;
const BACKLOG_MAX = 10_000;

/** For health checks and metrics: counts and times of this process, and what database and broker report now. */
export interface BusStatus {
  readonly consumer: ConsumerState;
  /** The consumer is in its group, or left it less than `rejoinMs` ago. */
  readonly isReading: boolean;
  readonly isTripped: boolean;
  /**
   * Messages in the log that the group of this service has not read yet; undefined while the broker does not answer.
   */
  readonly lag: number | undefined;
  /**
   * Topics of this service that fewer brokers hold up to date than should; undefined while the broker does not answer.
   */
  readonly topicsShort: number | undefined;
  readonly lastProgressAt: Date;
  /** Since this process started. */
  readonly counts: Tally;
  /** undefined while the database does not answer. */
  readonly database: DatabaseStatus | undefined;
  readonly relay: RelayStatus;
}

export interface DatabaseStatus {
  readonly parked: number;
  /** Those of them that a device sealed badly. No operator can do anything about them. */
  readonly parkedFromDevices: number;
  /** The oldest parked message can be read for two more days at most. */
  readonly isParkedExpiring: boolean;
  /** Messages that wait because no key of their consumer is published. */
  readonly unsealed: number;
  /** Rows that are not sent yet, counted up to ten thousand. */
  readonly backlog: number;
  /** Rows that a republish has still to read, counted up to ten thousand; 0 when none is under way. */
  readonly replayLeft: number;
  /** Age of the oldest running transaction of the cluster. */
  readonly horizonAgeMs: number;
}

export interface StatusSources {
  readonly pool: pg.Pool;
  readonly inbox: Inbox;
  readonly admin: () => Promise<Admin>;
  readonly group: string;
  /** The topics that this service writes or reads, as the broker names them. */
  readonly topics: readonly string[];
  /** How many brokers should hold each topic at least. */
  readonly copies: number;
  readonly consumer: BusConsumer | undefined;
  readonly isTripped: boolean;
  /** Called after the database was read: the relay has counted by then every row that the database shows as sent. */
  readonly relay: () => RelayStatus;
  readonly counts: Tally;
  readonly lastProgressAt: Date;
  readonly today: Day;
}

export async function readStatus(sources: StatusSources): Promise<BusStatus> {
  const { consumer, isTripped, relay, counts, lastProgressAt } = sources;
  const [lag, topicsShort, database] = await Promise.all([
    lagNow(sources).catch(() => undefined),
    topicsShortNow(sources).catch(() => undefined),
    databaseNow(sources).catch(() => undefined),
  ]);
  const { state, isReading } = consumer ?? { state: 'stopped', isReading: false };
  return {
    consumer: state === 'running' && !isReading ? 'joining' : state,
    isReading,
    isTripped,
    lag,
    topicsShort,
    lastProgressAt,
    counts,
    database,
    relay: relay(),
  };
}

async function lagNow({ pool, admin, group, consumer }: StatusSources): Promise<number | undefined> {
  if (consumer === undefined) return undefined;
  return lagOf(await readOffsets({ pool, admin: await admin(), group }, consumer.topics));
}

async function topicsShortNow({ admin, topics, copies }: StatusSources): Promise<number> {
  const held = await copiesOf(await admin(), topics);
  return held.filter((each) => each.inSync < Math.max(each.copies, copies)).length;
}

async function databaseNow({ pool, inbox, today }: StatusSources): Promise<DatabaseStatus> {
  const [{ count, fromDevices, oldestDay }, waiting] = await inTransaction(pool, async (tx) => [
    await inbox.parked.summary(tx),
    await inbox.unsealed.count(tx),
  ]);
  const { rows } = await pool.query<{ backlog: number; replay: number; age: number }>(
    `SELECT (SELECT count(*)::integer FROM (
               SELECT 1 FROM outbox o, relay_cursor c WHERE c.name = 'live'
                  AND (o.epoch, o.xid, o.seq) > (c.epoch, c.xid, c.seq) LIMIT ${BACKLOG_MAX}) b) AS backlog,
            (SELECT count(*)::integer FROM (
               SELECT 1 FROM outbox o, relay_cursor c WHERE c.name = 'replay'
                  AND (o.epoch, o.xid, o.seq) > (c.epoch, c.xid, c.seq)
                  AND (o.epoch, o.xid, o.seq) <= (c.until_epoch, c.until_xid, c.until_seq)
                LIMIT ${BACKLOG_MAX}) r) AS replay,
            oldest_transaction_ms()::double precision AS age`,
  );
  const lastNotice = addDays(today, PARKED_NOTICE_DAYS - clocks.dayKeyDays);
  return {
    parked: count,
    parkedFromDevices: fromDevices,
    isParkedExpiring: oldestDay !== undefined && oldestDay <= lastNotice,
    unsealed: waiting,
    backlog: rows[0]?.backlog ?? 0,
    replayLeft: rows[0]?.replay ?? 0,
    horizonAgeMs: rows[0]?.age ?? 0,
  };
}

/** Ends the sessions of this database that have written in one transaction for too long. @returns how many */
export async function endOldTransactions(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ ended: number }>('SELECT end_old_transactions() AS ended');
  return rows[0]?.ended ?? 0;
}
