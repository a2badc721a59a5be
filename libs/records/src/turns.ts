import type pg from 'pg';

import { DAY_MS } from './kind.js';
import { TURNS_KEPT } from './turn.js';
import { turnSql } from './turn-statements.js';

/** The state of the nightly turns: nights and counts, nothing about a household. */
export interface Turns {
  /** The night to which everything is written; undefined before the first one. */
  readonly presentNight: number | undefined;
  /** The last night whose turn was completed, and its date. Undefined before the first turn. */
  readonly lastCompletedNight: number | undefined;
  readonly lastCompletedDay: string | undefined;
  /** Earlier nights that still have records. */
  readonly nightsLeft: readonly number[];
  /** Nights of which only the keys are left. */
  readonly keysLeft: readonly number[];
  /** Those nights of `keysLeft` whose keys should be destroyed by now. */
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
