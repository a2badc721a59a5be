import type { Pool } from 'pg';
import { dayNumber, dayOf } from '#libs/contracts';
import { turn, type Records, type TurnResult } from '#libs/records';
import type { Keyring } from '#libs/sealing';
import type { Clock } from './clock.js';
import type { Log } from './log.js';

export interface NightlyOptions {
  readonly records: Records;
  readonly keyring: Keyring;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
}

/** Turns the records once a night, as soon as the UTC day has begun, or whenever a missed turn can be made up for. */
export class Nightly {
  constructor(private readonly options: NightlyOptions) {}

  /** Runs the turn if tonight's has not been completed. Undefined: there was nothing to turn. */
  async run(): Promise<TurnResult | undefined> {
    const { records, keyring, pool, clock, log } = this.options;
    const today = dayOf(clock.now());
    const night = dayNumber(today);
    const { rows } = await pool.query<{ due: boolean }>('SELECT EXISTS (SELECT FROM night WHERE night < $1) AS due', [
      night,
    ]);
    if (rows[0]?.due !== true) return undefined;
    const began = performance.now();
    const result = await turn({ records, keys: keyring, pool }, night, today);
    if (result.outcome === 'busy') return result;
    log.write('info', 'work-done', { work: 'turn', count: result.moved, ms: Math.round(performance.now() - began) });
    return result;
  }
}
