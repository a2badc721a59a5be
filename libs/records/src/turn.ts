import { locks, type Tx } from '#libs/database';
import { hex, shuffled } from '#libs/sealing';
import type pg from 'pg';

import { Rekeying, type Named, type Prepared } from './rekey.js';
import type { Permit } from './destruction-gate.js';
import type { HoldBody } from './held.js';
import type { Records, RowKeySource } from './records.js';
import { HOLD } from './schema.js';
import { turnSql } from './turn-statements.js';

const BATCH_ROWS = 2_000;
/** Keys of a night are destroyed after this number of later completed turns, and only when no row names the night. */
export const TURNS_KEPT = 3;
/** If a night has more damaged records than this, it is not given up by itself but waits for a person, however long. */
const DAMAGED_MAX = 20;
const HOLDS_MAX = 1_000_000;

/** Points at which a test may end a turn as if its process had died. */
export type TurnFailpoint = 'begun' | 'batch-moved' | 'emptied' | 'dropped' | 'completed';

export interface TurnOptions {
  readonly records: Records;
  readonly keys: RowKeySource & { destroyRowKeys(night: number): Promise<void> };
  readonly pool: pg.Pool;
  readonly batchRows?: number;
  readonly onProgress?: (moved: number, of: number) => void;
  readonly failpoint?: (name: TurnFailpoint) => Promise<void> | void;
}

export interface TurnResult {
  /** `busy`: another instance runs the turn. `done`: every record that opens is in tonight's partition. */
  readonly outcome: 'busy' | 'done';
  readonly moved: number;
  /** Records that had ended and were dropped. */
  readonly ended: number;
  /** Records that do not open. They stay in their night, whose partition stays until they are given up. */
  readonly damaged: number;
  /** Damaged records that were dropped with their night. */
  readonly givenUp: number;
  readonly nightsDropped: readonly number[];
  readonly keysDestroyed: readonly number[];
}

const NOTHING = { moved: 0, ended: 0, damaged: 0, givenUp: 0, nightsDropped: [], keysDestroyed: [] } as const;

/**
 * Runs the nightly turn. It rekeys every live record into tonight's partition, in an order that nobody keeps, drops the
 * old partitions, and destroys keys that are due. It runs beside traffic, can be killed at any point and continues
 * where it stopped. Running it again changes nothing.
 *
 * @param night number of tonight, from `nightFor`
 * @param permit leave to drop the records that have ended by its day
 */
export async function turn(options: TurnOptions, night: number, { day: today }: Permit): Promise<TurnResult> {
  const client = await options.pool.connect();
  try {
    const { rows } = await client.query<{ won: boolean }>('SELECT pg_try_advisory_lock($1) AS won', [locks.turn]);
    if (rows[0]?.won !== true) return { outcome: 'busy', ...NOTHING };
    // Kept for the whole turn: a connection from the pool would wait behind the requests of the traffic.
    const reader = await options.pool.connect();
    try {
      return await new Turning(options, client, reader, { night, today }).run();
    } finally {
      reader.release(true);
    }
  } finally {
    // Unlock at once for the next process. Ending the connection ends the lock, too, whatever has happened.
    await client.query('SELECT pg_advisory_unlock($1)', [locks.turn]).catch(() => undefined);
    client.release(true);
  }
}

class Turning {
  private moved = 0;
  private ended = 0;
  private damaged = 0;
  private givenUp = 0;
  private readonly nightsDropped: number[] = [];
  private holds: ReadonlyMap<string, HoldBody> = new Map();

  constructor(
    private readonly options: TurnOptions,
    private readonly client: pg.PoolClient,
    private readonly reader: pg.PoolClient,
    private readonly to: { readonly night: number; readonly today: string },
  ) {}

  async run(): Promise<TurnResult> {
    const { records } = this.options;
    const { night } = this.to;
    await this.transaction((tx) => records.beginNight(tx, night));
    await this.hitFailpoint('begun');
    this.holds = await this.holdsNow();
    const { rows } = await this.client.query<{ night: number }>('SELECT night FROM night WHERE night < $1 ORDER BY 1', [
      night,
    ]);
    for (const { night: old } of rows) {
      await this.empty(old);
      await this.hitFailpoint('emptied');
      if (await this.drop(old)) this.nightsDropped.push(old);
      await this.hitFailpoint('dropped');
    }
    await this.client.query(turnSql.completed, [night, this.to.today]);
    await this.hitFailpoint('completed');
    await this.giveUp();
    const keysDestroyed = await this.destroyKeys();
    const { moved, ended, damaged, givenUp, nightsDropped } = this;
    return { outcome: 'done', moved, ended, damaged, givenUp, nightsDropped, keysDestroyed };
  }

  /**
   * Reads the holds. They do not change during the turn, because placing and lifting them needs the lock of the turn.
   */
  private async holdsNow(): Promise<ReadonlyMap<string, HoldBody>> {
    const { records } = this.options;
    if (!records.kinds.has(HOLD)) return new Map();
    const placed = await this.transaction(async (tx) => (await records.begin(tx)).scan<HoldBody>(HOLD, HOLDS_MAX));
    return new Map(placed.map(({ value, body }) => [hex(value), body]));
  }

  /** Moves all records out of a night. The order is drawn over the whole night and is forgotten with this process. */
  private async empty(from: number): Promise<void> {
    const { batchRows = BATCH_ROWS, records, onProgress } = this.options;
    const { rows } = await this.client.query<Named>('SELECT kind, lookup FROM record WHERE night = $1', [from]);
    const names = shuffled(rows);
    const rekeying = new Rekeying({ records, from, to: this.to.night, today: this.to.today, holds: this.holds });
    const prepare = (at: number): Promise<Prepared> => {
      const preparing = rekeying.prepare(this.reader, names.slice(at, at + batchRows));
      // The one who awaits it gets the failure. If the batch before has failed, nobody awaits it.
      preparing.catch(() => undefined);
      return preparing;
    };
    let next = names.length > 0 ? prepare(0) : undefined;
    for (let at = 0; next !== undefined; at += batchRows) {
      const prepared: Prepared = await next;
      next = at + batchRows < names.length ? prepare(at + batchRows) : undefined;
      await this.move(rekeying, prepared);
      onProgress?.(Math.min(at + batchRows, names.length), names.length);
      await this.hitFailpoint('batch-moved');
    }
  }

  private async move(rekeying: Rekeying, prepared: Prepared): Promise<void> {
    this.damaged += prepared.damaged;
    const { moved, ended } = await this.transaction((tx) => rekeying.write(tx, prepared), turnSql.begin);
    this.moved += moved;
    this.ended += ended;
  }

  /** Drops a night if it is empty. Under the lock nobody can be about to write into it. */
  private drop(old: number): Promise<boolean> {
    return this.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [locks.night]);
      const { rows } = await tx.query('SELECT 1 FROM record WHERE night = $1 LIMIT 1', [old]);
      if (rows.length === 0) return this.end(tx, old);
      await tx.query(turnSql.condense, [old]);
      return false;
    });
  }

  /**
   * Gives up damaged records. They keep their night for as long as its keys would have lived anyway, so that their
   * bytes can be repaired. After that, forgetting takes precedence. Many damaged records are no accident of one record,
   * so they stay.
   */
  private async giveUp(): Promise<void> {
    const { rows } = await this.client.query<{ night: number }>(turnSql.outlived, [TURNS_KEPT, this.to.night]);
    for (const { night: old } of rows) {
      const lost = await this.transaction(async (tx) => {
        await tx.query('SELECT pg_advisory_xact_lock($1)', [locks.night]);
        const { rows: left } = await tx.query('SELECT count(*)::integer AS count FROM record WHERE night = $1', [old]);
        const { count } = left[0] as { count: number };
        return count <= DAMAGED_MAX && (await this.end(tx, old)) ? count : undefined;
      });
      if (lost === undefined) continue;
      this.givenUp += lost;
      this.nightsDropped.push(old);
    }
  }

  private async end(tx: Tx, old: number): Promise<boolean> {
    await tx.query(turnSql.dropPartition, [old]);
    await tx.query('DELETE FROM night WHERE night = $1', [old]);
    await tx.query(turnSql.dropped, [old]);
    return true;
  }

  /** Counts completed turns, not days: a missed turn delays the destruction of keys and destroys nothing live. */
  private async destroyKeys(): Promise<readonly number[]> {
    const { rows } = await this.client.query<{ night: number }>(turnSql.ripe, [TURNS_KEPT]);
    for (const { night } of rows) {
      await this.options.keys.destroyRowKeys(night);
      await this.client.query('DELETE FROM turn WHERE night = $1', [night]);
    }
    return rows.map(({ night }) => night);
  }

  private async transaction<T>(work: (tx: Tx) => Promise<T>, begin = 'BEGIN'): Promise<T> {
    try {
      await this.client.query(begin);
      const result = await work({ query: (text, values) => this.client.query(text, values), once: true });
      await this.client.query('COMMIT');
      return result;
    } catch (error) {
      await this.client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  private async hitFailpoint(name: TurnFailpoint): Promise<void> {
    await this.options.failpoint?.(name);
  }
}
