import type pg from 'pg';

import { TURNS_KEPT } from './turn.js';
import { turnSql } from './turn-statements.js';
import { witnessSql } from './witness-table.js';

/** The state of the nightly turns: nights and counts, nothing about a household. */
export interface Turns {
  /** The night to which everything is written; undefined before the first one. */
  readonly presentNight: number | undefined;
  /** The last night whose turn was completed, and the day of that turn. Undefined before the first turn. */
  readonly lastCompletedNight: number | undefined;
  readonly lastCompletedDay: string | undefined;
  /** The day against which clocks are checked; undefined before the first start. */
  readonly witnessedDay: string | undefined;
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
  const { rows } = await pool.query<{ day: string; turned: string | null }>(witnessSql.turned);
  return {
    presentNight: nights.at(-1),
    lastCompletedNight: completed.at(-1),
    lastCompletedDay: rows[0]?.turned ?? undefined,
    witnessedDay: rows[0]?.day,
    nightsLeft: nights.slice(0, -1),
    keysLeft,
    keysDue: await numbers(pool, turnSql.ripe, [TURNS_KEPT]),
  };
}

/**
 * The night of the turn of a day. A turn that was killed goes on with the night that it began. Numbers only grow, also
 * after a clock went back.
 *
 * @param day days since 1970-01-01 (UTC)
 */
export function nightFor({ presentNight, lastCompletedNight }: Turns, day: number): number {
  if (presentNight === undefined) return day;
  const isBegun = lastCompletedNight === undefined || presentNight > lastCompletedNight;
  return isBegun && presentNight >= day ? presentNight : Math.max(day, presentNight + 1);
}

async function numbers(pool: Pick<pg.Pool, 'query'>, statement: string, values: unknown[] = []): Promise<number[]> {
  const { rows } = await pool.query<{ night: number }>(statement, values);
  return rows.map(({ night }) => night);
}
