import { columns } from '#libs/database';
import type pg from 'pg';

import type { OnAlarm } from '../trouble/alarm.js';
import type { Incoming, LogPosition } from './opening.js';
import type { Control, End } from './processor.js';

/** Number of processes that die at one message before it is parked unopened. */
export const DEATHS_MAX = 3;

interface GuardedRange {
  readonly topic: string;
  readonly partition: number;
  readonly first: bigint;
  readonly last: bigint;
  readonly starts: number;
  /** The range holds one message. */
  readonly single: boolean;
}

interface StoredRange extends Omit<GuardedRange, 'first' | 'last'> {
  readonly first: string;
  readonly last: string;
}

const begun = columns(
  { topic: 'text', partition: 'integer', first_offset: 'bigint', last_offset: 'bigint', starts: 'integer' },
  { as: 'a' },
);
const ended = columns({ topic: 'text', partition: 'integer' }, { as: 'd' });

const MARK = `INSERT INTO crash_loop_guard (topic, partition, first_offset, last_offset, starts)
  SELECT * FROM ${begun.sql} ORDER BY 1, 2
  ON CONFLICT ON CONSTRAINT crash_loop_guard_key DO UPDATE
    SET first_offset = excluded.first_offset, last_offset = excluded.last_offset, starts = excluded.starts`;

export type Waits = Pick<Control, 'aborted' | 'rest'>;
type HandleBatch = (portion: readonly Incoming[], control: Waits) => Promise<End>;

/** How to handle a portion, and the ranges that were begun before. */
interface Work {
  readonly handle: HandleBatch;
  readonly control: Waits;
  readonly before: ReadonlyMap<string, GuardedRange>;
}

/**
 * Finds the message at which processes die. Before a process handles its first messages of a partition, it stores their
 * range. If the next process finds that range, the process before died in it, and its messages are handled one at a
 * time.
 * A process that stops in order, or that waits for keys or for the database, takes its range back: that is no death.
 */
export class CrashLoopGuard {
  private readonly proven = new Set<string>();

  constructor(
    private readonly pool: pg.Pool,
    private readonly alarm: OnAlarm,
  ) {}

  /** Handles the batch, in portions if it is suspect. It ends with the first portion that is not committed. */
  async guard(messages: readonly Incoming[], control: Waits, handle: HandleBatch): Promise<End> {
    const fresh = new Map(
      messages.flatMap(({ logPosition }) =>
        logPosition === undefined || this.proven.has(keyOf(logPosition))
          ? []
          : [[keyOf(logPosition), logPosition] as const],
      ),
    );
    if (fresh.size === 0) return handle(messages, control);
    const before = await this.load();
    const work: Work = { handle, control, before };
    const rowOf = ({ logPosition }: Incoming): GuardedRange | undefined =>
      logPosition !== undefined && fresh.has(keyOf(logPosition)) ? before.get(keyOf(logPosition)) : undefined;
    // In the order of the log: messages known to be harmless, messages that may be deadly, messages that nobody tried.
    const harmless = messages.filter((message) => isBefore(message, rowOf(message)));
    const suspects = messages.filter((message) => isWithin(message, rowOf(message)));
    const others = messages.filter((each) => !isBefore(each, rowOf(each)) && !isWithin(each, rowOf(each)));
    const portions = [
      () => (harmless.length > 0 ? handle(harmless, control) : committed()),
      ...suspects.map((suspect) => () => this.alone(suspect, work)),
      () => (others.length > 0 ? this.watched(others, rangesOf(others, fresh), work) : committed()),
    ];
    for (const portion of portions) {
      const end = await portion();
      if (end !== 'committed') return end;
    }
    await this.clear([...fresh.values()]);
    for (const key of fresh.keys()) this.proven.add(key);
    return 'committed';
  }

  private async alone(message: Incoming, work: Work): Promise<End> {
    const { handle, control, before } = work;
    const { logPosition } = message;
    if (logPosition === undefined) return handle([message], control);
    const row = before.get(keyOf(logPosition));
    // A stored range proves that one process died in it, but not at which message.
    const isExact = row?.single === true && row.first === logPosition.offset;
    const deaths = row === undefined ? 0 : isExact ? row.starts : 1;
    if (deaths >= DEATHS_MAX) {
      const end = await handle([{ ...message, isDeadly: true }], control);
      if (end === 'committed') this.alarm({ code: 'deadly-message', topic: logPosition.topic });
      return end;
    }
    const { topic, partition, offset } = logPosition;
    const range = { topic, partition, first: offset, last: offset, starts: deaths + 1, single: true };
    return this.watched([message], [range], work);
  }

  /** Handles messages while their ranges are stored. An end that the process lives to see is no death. */
  private async watched(
    messages: readonly Incoming[],
    ranges: readonly GuardedRange[],
    { handle, control, before }: Work,
  ): Promise<End> {
    const takeBack = (): Promise<void> => this.takeBack(ranges, before).catch(() => undefined);
    const rest = async (ms: number): Promise<void> => {
      await takeBack();
      await control.rest(ms);
      await this.mark(ranges).catch(() => undefined);
    };
    await this.mark(ranges);
    let end: End | undefined;
    try {
      end = await handle(messages, { ...control, rest });
      return end;
    } finally {
      if (end !== 'committed' && end !== 'died') await takeBack();
    }
  }

  /** Stores what was stored before. */
  private async takeBack(ranges: readonly GuardedRange[], before: ReadonlyMap<string, GuardedRange>): Promise<void> {
    await this.clear(ranges.filter((range) => !before.has(keyOf(range))));
    await this.mark(ranges.flatMap((range) => before.get(keyOf(range)) ?? []));
  }

  /** Loads the ranges that were begun and not finished, without the applied messages: those have killed no process. */
  private async load(): Promise<ReadonlyMap<string, GuardedRange>> {
    const { rows } = await this.pool.query<StoredRange>(
      `SELECT a.topic, a.partition, a.starts, a.last_offset::text AS last, a.first_offset = a.last_offset AS single,
              greatest(a.first_offset, coalesce(o.next_offset, 0))::text AS first
         FROM crash_loop_guard a LEFT JOIN applied_offset o ON o.topic = a.topic AND o.partition = a.partition
        WHERE coalesce(o.next_offset, 0) <= a.last_offset`,
    );
    return new Map(
      rows.map((row) => [keyOf(row), { ...row, first: BigInt(row.first), last: BigInt(row.last) }] as const),
    );
  }

  private async mark(rows: readonly GuardedRange[]): Promise<void> {
    if (rows.length === 0) return;
    await this.pool.query(
      MARK,
      begun.values(rows.map(({ first, last, ...row }) => ({ ...row, first_offset: first, last_offset: last }))),
    );
  }

  private async clear(logPositions: readonly Pick<LogPosition, 'topic' | 'partition'>[]): Promise<void> {
    if (logPositions.length === 0) return;
    await this.pool.query(
      `DELETE FROM crash_loop_guard a USING ${ended.sql}
        WHERE a.topic = d.topic AND a.partition = d.partition`,
      ended.values(logPositions),
    );
  }
}

const committed = (): Promise<End> => Promise.resolve('committed');

function rangesOf(messages: readonly Incoming[], fresh: ReadonlyMap<string, LogPosition>): GuardedRange[] {
  const ranges = new Map<string, GuardedRange>();
  for (const { logPosition } of messages) {
    if (logPosition === undefined || !fresh.has(keyOf(logPosition))) continue;
    const first = ranges.get(keyOf(logPosition))?.first ?? logPosition.offset;
    ranges.set(keyOf(logPosition), {
      ...logPosition,
      first,
      last: logPosition.offset,
      starts: 1,
      single: first === logPosition.offset,
    });
  }
  return [...ranges.values()];
}

function isBefore({ logPosition }: Incoming, row: GuardedRange | undefined): boolean {
  return logPosition !== undefined && row !== undefined && logPosition.offset < row.first;
}

function isWithin({ logPosition }: Incoming, row: GuardedRange | undefined): boolean {
  return (
    logPosition !== undefined && row !== undefined && row.first <= logPosition.offset && logPosition.offset <= row.last
  );
}

function keyOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic} ${partition}`;
}
