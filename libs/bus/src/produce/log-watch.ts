import { addDays, clocks, type Day } from '#libs/contracts';

import type { LogRange } from '../kafka/kafka-client.js';
import type { SentMark, Statements } from './relay-log.js';

const MARKS = `SELECT topic, partition, to_char(day, 'YYYY-MM-DD') AS day,
    first_offset::text AS first, next_offset::text AS next FROM sent_mark WHERE topic = ANY($1::text[])`;

/** The largest bigint of the database. No log reaches it, so a mark with it says that the log has lost records. */
const NEVER_LONG_ENOUGH = 2n ** 63n - 1n;

/**
 * Knows where in the log the sent records should be. It notices a log that was wiped, shortened or cut at its beginning
 * while records in it could still be read.
 */
export class LogWatch {
  private readonly next = new Map<string, bigint>();
  /** Topics with a known loss that cannot be made good yet. */
  private readonly kept = new Set<string>();

  private constructor(private readonly marks: Map<string, SentMark>) {
    for (const mark of marks.values()) {
      this.remember(mark);
      if (mark.nextOffset === NEVER_LONG_ENOUGH) this.kept.add(mark.topic);
    }
  }

  static async load(client: Statements, topics: readonly string[]): Promise<LogWatch> {
    const { rows } = await client.query(MARKS, [topics]);
    const marks = (rows as { topic: string; partition: number; day: Day; first: string; next: string }[]).map(
      ({ topic, partition, day, first, next }) => ({
        topic,
        partition,
        day,
        firstOffset: BigInt(first),
        nextOffset: BigInt(next),
      }),
    );
    return new LogWatch(new Map(marks.map((mark) => [keyOf(mark), mark])));
  }

  /**
   * Adds the marks that the broker answered with.
   *
   * @returns topics whose offsets have gone back, unless that loss is already known
   */
  note(marks: readonly SentMark[]): ReadonlySet<string> {
    const lost = new Set<string>();
    for (const mark of marks) {
      const known = this.next.get(partitionKey(mark));
      if (known !== undefined && mark.firstOffset < known && !this.kept.has(mark.topic)) lost.add(mark.topic);
    }
    for (const mark of marks) {
      this.remember(mark);
      const earlier = this.marks.get(keyOf(mark));
      if (earlier === undefined) this.marks.set(keyOf(mark), mark);
    }
    return lost;
  }

  /** Compares the marks with the present log. @returns whether it has lost records that could still be read */
  isLost(topic: string, ranges: ReadonlyMap<number, LogRange>, today: Day): boolean {
    if (this.kept.has(topic)) return true;
    const oldest = addDays(today, -clocks.republishDays);
    for (const mark of this.marks.values()) {
      if (mark.topic !== topic) continue;
      const range = ranges.get(mark.partition);
      if (range === undefined) continue;
      const next = this.next.get(partitionKey(mark)) ?? 0n;
      if (range.high < next) return true;
      if (mark.day >= oldest && range.low > mark.firstOffset) return true;
    }
    return false;
  }

  /**
   * Stores, even beyond this process, that these topics have lost records. By the time these can be sent again, the
   * logs may have grown so long that the loss would not show.
   */
  async keep(client: Statements, topics: readonly string[]): Promise<void> {
    for (const topic of topics) this.kept.add(topic);
    await client.query('UPDATE sent_mark SET next_offset = $2 WHERE topic = ANY($1::text[])', [
      topics,
      String(NEVER_LONG_ENOUGH),
    ]);
  }

  /** Forgets the marks of topics that are being sent again, to other offsets. */
  async forget(client: Statements, topics: readonly string[]): Promise<void> {
    await client.query('DELETE FROM sent_mark WHERE topic = ANY($1::text[])', [topics]);
    for (const topic of topics) this.kept.delete(topic);
    for (const [key, mark] of this.marks) {
      if (!topics.includes(mark.topic)) continue;
      this.marks.delete(key);
      this.next.delete(partitionKey(mark));
    }
  }

  private remember(mark: SentMark): void {
    const key = partitionKey(mark);
    const known = this.next.get(key);
    if (known === undefined || mark.nextOffset > known) this.next.set(key, mark.nextOffset);
  }
}

/** Merges marks into one for each topic, partition and day. */
export function mergeMarks(marks: readonly SentMark[]): SentMark[] {
  const merged = new Map<string, SentMark>();
  for (const mark of marks) {
    const other = merged.get(keyOf(mark)) ?? mark;
    merged.set(keyOf(mark), {
      ...mark,
      firstOffset: mark.firstOffset < other.firstOffset ? mark.firstOffset : other.firstOffset,
      nextOffset: mark.nextOffset > other.nextOffset ? mark.nextOffset : other.nextOffset,
    });
  }
  return [...merged.values()];
}

function partitionKey({ topic, partition }: Pick<SentMark, 'topic' | 'partition'>): string {
  return `${topic} ${partition}`;
}

function keyOf(mark: Pick<SentMark, 'topic' | 'partition' | 'day'>): string {
  return `${partitionKey(mark)} ${mark.day}`;
}
