import { randomFillSync } from 'node:crypto';
import type pg from 'pg';

import type { KindSpec } from './kind.js';
import type { Records, RowKeySource } from './records.js';
import type { RowSeal } from './row-seal.js';
import { NIGHT_LOCK, partitionOf } from './schema.js';
import type { Tx } from './tx.js';

/** Held by the one instance that turns, for as long as its turn takes. */
export const TURN_LOCK = 7_402_614;

const BATCH_ROWS = 2_000;
/** A night's keys die after so many completed turns that followed it, and only when no row names the night. */
const TURNS_KEPT = 3;

/** Places at which a test may end a turn as if its process had died. */
export type TurnPoint = 'begun' | 'batch-moved' | 'emptied' | 'dropped' | 'completed';

export interface TurnOptions {
  readonly records: Records;
  readonly keys: RowKeySource & { destroyRowKeys(night: number): Promise<void> };
  readonly pool: pg.Pool;
  readonly batchRows?: number;
  readonly onProgress?: (moved: number, of: number) => void;
  readonly point?: (name: TurnPoint) => Promise<void> | void;
}

export interface TurnResult {
  /** `busy`: another instance turns. `done`: everything is in tonight's partition. */
  readonly outcome: 'busy' | 'done';
  readonly moved: number;
  /** Records that had ended and were not carried over. */
  readonly ended: number;
  readonly nightsDropped: readonly number[];
  readonly keysDestroyed: readonly number[];
}

interface Named {
  readonly kind: string;
  readonly lookup: Buffer;
}

interface Taken extends Named {
  readonly blob: Buffer;
  readonly due: Date | null;
  readonly lease: Date | null;
}

/**
 * The nightly turn: re-seals and re-keys every living record into tonight's partition, in an order that nobody keeps,
 * drops the old partitions, and destroys keys by their clock. It runs beside traffic, can be killed anywhere and goes on
 * where it stopped; running it again changes nothing.
 *
 * @param night days since 1970-01-01 (UTC)
 * @param today `YYYY-MM-DD`, for kinds that know when a record has ended
 */
export async function turn(options: TurnOptions, night: number, today: string): Promise<TurnResult> {
  const client = await options.pool.connect();
  try {
    const { rows } = await client.query<{ won: boolean }>('SELECT pg_try_advisory_lock($1) AS won', [TURN_LOCK]);
    if (rows[0]?.won !== true) return { outcome: 'busy', moved: 0, ended: 0, nightsDropped: [], keysDestroyed: [] };
    return await new Turning(options, client, today).run(night);
  } finally {
    // Ending the connection ends the lock, whatever has happened.
    client.release(true);
  }
}

class Turning {
  private moved = 0;
  private ended = 0;

  constructor(
    private readonly options: TurnOptions,
    private readonly client: pg.PoolClient,
    private readonly today: string,
  ) {}

  async run(night: number): Promise<TurnResult> {
    const { records } = this.options;
    await this.transaction((tx) => records.beginNight(tx, night));
    await this.reach('begun');
    const { rows } = await this.client.query<{ night: number }>('SELECT night FROM night WHERE night < $1 ORDER BY 1', [
      night,
    ]);
    const nightsDropped: number[] = [];
    for (const { night: old } of rows) {
      await this.empty(old, night);
      await this.reach('emptied');
      if (await this.drop(old)) nightsDropped.push(old);
      await this.reach('dropped');
    }
    await this.client.query(
      `INSERT INTO turn (night, completed) VALUES ($1, true) ON CONFLICT (night) DO UPDATE SET completed = true`,
      [night],
    );
    await this.reach('completed');
    const keysDestroyed = await this.destroyKeys();
    return { outcome: 'done', moved: this.moved, ended: this.ended, nightsDropped, keysDestroyed };
  }

  /** The order is drawn here, over the whole night, and forgotten with this process. */
  private async empty(old: number, night: number): Promise<void> {
    const { batchRows = BATCH_ROWS, onProgress } = this.options;
    const { rows } = await this.client.query<Named>('SELECT kind, lookup FROM record WHERE night = $1', [old]);
    const names = shuffled(rows);
    for (let at = 0; at < names.length; at += batchRows) {
      await this.transaction((tx) => this.move(tx, { from: old, to: night, names: names.slice(at, at + batchRows) }));
      onProgress?.(Math.min(at + batchRows, names.length), names.length);
      await this.reach('batch-moved');
    }
  }

  private async move(
    tx: Tx,
    { from, to, names }: { readonly from: number; readonly to: number; readonly names: readonly Named[] },
  ): Promise<void> {
    const { records } = this.options;
    await tx.query('SELECT pg_advisory_xact_lock($1)', [NIGHT_LOCK]);
    const [source, target] = [records.sealOf(from), records.sealOf(to)];
    const { rows } = await tx.query(
      `DELETE FROM record r USING unnest($2::text[], $3::bytea[]) AS k(kind, lookup)
        WHERE r.night = $1 AND r.kind = k.kind AND r.lookup = k.lookup
        RETURNING r.kind, r.lookup, r.blob, r.due, r.lease`,
      [from, names.map(({ kind }) => kind), names.map(({ lookup }) => lookup)],
    );
    // Whoever wrote a record since it was listed has moved it already: what is missing here is not lost.
    const kept = shuffled(rows as Taken[]).flatMap((row) => this.carried(row, source, target));
    this.moved += kept.length;
    this.ended += rows.length - kept.length;
    await tx.query(
      `INSERT INTO record (night, kind, lookup, blob, due, lease)
       SELECT $1, n.kind, n.lookup, n.blob, n.due, n.lease
         FROM unnest($2::text[], $3::bytea[], $4::bytea[], $5::timestamptz[], $6::timestamptz[])
           AS n(kind, lookup, blob, due, lease)`,
      [
        to,
        kept.map(({ kind }) => kind),
        kept.map(({ lookup }) => lookup),
        kept.map(({ blob }) => blob),
        kept.map(({ due }) => due),
        kept.map(({ lease }) => lease),
      ],
    );
  }

  /** The record under tonight's keys, or nothing when it has ended. A kind that is not declared any more is kept. */
  private carried(row: Taken, source: RowSeal, target: RowSeal): Taken[] {
    const { value, body } = source.open(row.kind, row.lookup, row.blob);
    const spec: KindSpec | undefined = this.options.records.kinds.get(row.kind);
    if (spec?.isOver?.(body, this.today) === true) return [];
    const sizeBytes = spec?.sizeBytes ?? source.plainSize(row.blob);
    const lookup = target.lookup(row.kind, value);
    const blob = target.seal({ kind: row.kind, sizeBytes, work: row.due !== null }, lookup, { value, body });
    return [{ ...row, lookup, blob }];
  }

  /** Only when it is empty, and under the lock: nobody can be about to write into it. */
  private drop(old: number): Promise<boolean> {
    return this.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [NIGHT_LOCK]);
      const { rows } = await tx.query('SELECT 1 FROM record WHERE night = $1 LIMIT 1', [old]);
      if (rows.length > 0) return false;
      await tx.query(`DROP TABLE ${partitionOf(old)}`);
      await tx.query('DELETE FROM night WHERE night = $1', [old]);
      await tx.query('INSERT INTO turn (night, completed) VALUES ($1, false) ON CONFLICT DO NOTHING', [old]);
      return true;
    });
  }

  /** Counted in completed turns, not in days: a turn that was missed delays forgetting and destroys nothing alive. */
  private async destroyKeys(): Promise<readonly number[]> {
    const { rows } = await this.client.query<{ night: number }>(
      `SELECT t.night FROM turn t
        WHERE NOT EXISTS (SELECT FROM night n WHERE n.night = t.night)
          AND (SELECT count(*) FROM turn c WHERE c.completed AND c.night > t.night) >= $1
        ORDER BY 1`,
      [TURNS_KEPT],
    );
    for (const { night } of rows) {
      await this.options.keys.destroyRowKeys(night);
      await this.client.query('DELETE FROM turn WHERE night = $1', [night]);
    }
    return rows.map(({ night }) => night);
  }

  private async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    await this.client.query('BEGIN');
    try {
      const result = await work({ query: (text, values) => this.client.query(text, values), once: true });
      await this.client.query('COMMIT');
      return result;
    } catch (error) {
      await this.client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  private async reach(name: TurnPoint): Promise<void> {
    await this.options.point?.(name);
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  const random = randomFillSync(new Uint32Array(result.length));
  for (let at = result.length - 1; at > 0; at -= 1) {
    const other = (random[at] ?? 0) % (at + 1);
    [result[at], result[other]] = [result[other] as T, result[at] as T];
  }
  return result;
}
