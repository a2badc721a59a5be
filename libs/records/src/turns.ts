import type pg from 'pg';

import { DAY_MS } from './kind.js';
import { TURNS_KEPT } from './turn.js';
import { turnSql } from './turn-statements.js';

/** How forgetting stands: nights and counts, nothing of a household. */
export interface Turns {
  /** To which everything is written; undefined before the first one. */
  readonly presentNight: number | undefined;
  /** The last night whose turn was completed, and the day that it is. Undefined before the first turn. */
  readonly lastCompletedNight: number | undefined;
  readonly lastCompletedDay: string | undefined;
  /** Earlier nights that still have records. */
  readonly nightsLeft: readonly number[];
  /** Nights that are gone but for their keys. */
  readonly keysLeft: readonly number[];
  /** Of those, the ones whose keys ought to be destroyed by now. */
  readonly keysDue: readonly number[];
}

export async function readTurns(pool: Pick<pg.Pool, 'query'>): Promise<Turns> {
  const nights = await numbers(pool, 'SELECT night FROM night ORDER BY 1');
  const completed = await numbers(pool, 'SELECT night FROM turn WHERE completed ORDER BY 1');
  const keysLeft = await numbers(pool, 'SELECT night FROM turn EXCEPT SELECT night FROM night ORDER BY 1');
  const presentNight = nights.at(-1);
  const lastCompletedNight = completed.at(-1);
  return {
    presentNight,
    lastCompletedNight,
    lastCompletedDay:
      lastCompletedNight === undefined ? undefined : new Date(lastCompletedNight * DAY_MS).toISOString().slice(0, 10),
    nightsLeft: nights.slice(0, -1),
    keysLeft,
    keysDue: await numbers(pool, turnSql.ripe, [TURNS_KEPT]),
  };
}

async function numbers(pool: Pick<pg.Pool, 'query'>, statement: string, values: unknown[] = []): Promise<number[]> {
  const { rows } = await pool.query<{ night: number }>(statement, values);
  return rows.map(({ night }) => night);
}
