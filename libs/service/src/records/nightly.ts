import type { Pool } from 'pg';
import { addDays, dayNumber, dayNumbered, dayOf, daysBetween, HOUR_MS, startOfDay, type Day } from '#libs/contracts';
import {
  nightFor,
  readTurns,
  turn,
  type DestructionGate,
  type Records,
  type TurnOptions,
  type TurnResult,
  type Turns,
} from '#libs/records';
import { inTransaction } from '#libs/database';
import type { Clock } from '../clock/clock.js';
import type { Log } from '../log/log.js';

export interface NightlyOptions {
  readonly records: Records;
  /** Makes the row keys of the new night and destroys those that are due. */
  readonly rowKeys: TurnOptions['keys'];
  /** Not through a pooler: a turn holds its lock over many transactions. */
  readonly pool: Pool;
  /** Asked before anything is left out of a turn. */
  readonly gate: Pick<DestructionGate, 'permit' | 'verdict'>;
  readonly clock: Clock;
  readonly log: Log;
}

export type NightlyResult = TurnResult | { readonly outcome: 'not-due' | 'clock-doubted' };

/** The state of the turns in this process; counts and days only. */
export interface NightlyStatus {
  /** `turning`: a turn runs in this process. */
  readonly state: 'idle' | 'turning';
  readonly moved: number;
  readonly of: number;
  readonly lastCompletedDay: string | undefined;
  readonly overdueNights: number;
  /** Nights that remain although a later turn was completed, because some of their records do not open. */
  readonly nightsDamaged: number;
  /** Nights whose row keys were due for destruction and still exist. */
  readonly keysDue: number;
}

/** A turn is overdue this long after the day began. */
const PATIENCE_MS = 6 * HOUR_MS;

/** Turns the records once a night, as soon as the UTC day began or as soon as a missed turn can run. */
export class Nightly {
  private turns: Turns | undefined;
  private progress: { readonly moved: number; readonly of: number } | undefined;
  private readonly alarmed = new Map<string, number>();

  constructor(private readonly options: NightlyOptions) {}

  /**
   * Runs the turn if tonight's is not completed. `busy`: another instance turns, or this process already does.
   * `clock-doubted`: records that have ended would be left out by a day that is not believed, so that the turn waits.
   */
  async run(): Promise<NightlyResult> {
    const { records, rowKeys, pool, gate, log } = this.options;
    const permit = await gate.permit();
    const turns = await this.look();
    if (permit === undefined) return { outcome: 'clock-doubted' };
    const night = nightDue(turns, permit.day);
    if (night === undefined) return { outcome: 'not-due' };
    const began = performance.now();
    try {
      const onProgress = (moved: number, of: number): void => {
        this.progress = { moved, of };
      };
      const result = await turn({ records, keys: rowKeys, pool, onProgress }, night, permit);
      if (result.outcome === 'busy') return result;
      log.write('info', 'work-done', { work: 'turn', count: result.moved, ms: Math.round(performance.now() - began) });
      if (result.damaged > 0) this.alarm('turn-damaged', result.damaged);
      if (result.givenUp > 0) log.write('error', 'alarm', { alarm: 'turn-given-up', count: result.givenUp });
      return result;
    } finally {
      this.progress = undefined;
      await this.look().catch(() => undefined);
    }
  }

  /**
   * Reads the state of the turns. Logs an alarm about a missed or damaged turn at once, and then once an hour. While
   * the clocks are in doubt, that alarm is the only one: every turn is missed then.
   */
  async look(): Promise<Turns> {
    try {
      this.turns = await readTurns(this.options.pool);
      return this.turns;
    } finally {
      // Runs even if the database does not answer: the last known state is enough to see that a night is overdue.
      const { overdueNights, nightsDamaged } = this.status();
      const isDoubted = this.options.gate.verdict?.doubt !== undefined;
      if (overdueNights > 0 && !isDoubted) this.alarm('turn-missed', overdueNights);
      if (nightsDamaged > 0) this.alarm('turn-damaged', nightsDamaged);
    }
  }

  /** Makes work due that a clock that ran ahead has put off for too long. @returns how much */
  async pullBack(): Promise<number> {
    const { records, pool, gate, clock, log } = this.options;
    if ((await gate.permit()) === undefined) return 0;
    const count = await inTransaction(pool, async (tx) => (await records.begin(tx)).pullBack(clock.now()));
    if (count > 0) log.write('warn', 'work-done', { work: 'pull-back', count });
    return count;
  }

  status(): NightlyStatus {
    const { turns, progress } = this;
    return {
      state: progress === undefined ? 'idle' : 'turning',
      moved: progress?.moved ?? 0,
      of: progress?.of ?? 0,
      lastCompletedDay: turns?.lastCompletedDay,
      overdueNights: turns === undefined ? 0 : countOverdue(turns, this.options.clock.now()),
      nightsDamaged: turns === undefined ? 0 : countDamaged(turns),
      keysDue: turns?.keysDue.length ?? 0,
    };
  }

  private alarm(alarm: string, count: number): void {
    const now = this.options.clock.now().getTime();
    const last = this.alarmed.get(alarm);
    if (last !== undefined && now >= last && now - last < HOUR_MS) return;
    this.alarmed.set(alarm, now);
    this.options.log.write('warn', 'alarm', { alarm, count });
  }
}

/**
 * The night into which a turn of this day goes; undefined: none is due. Each day has one turn, from the day after the
 * first start. An instance whose clock is still in yesterday repeats nothing. A turn is also due if row keys could not
 * be destroyed.
 */
function nightDue(turns: Turns, today: Day): number | undefined {
  const { lastCompletedDay, presentNight, keysDue } = turns;
  const firstDay = firstDayOf(turns);
  const isDone =
    lastCompletedDay === undefined
      ? firstDay === undefined || today <= firstDay
      : today === lastCompletedDay || today === addDays(lastCompletedDay, -1);
  if (!isDone) return nightFor(turns, dayNumber(today));
  return keysDue.length > 0 ? presentNight : undefined;
}

/**
 * The day of the first start, which has no turn. Before the first turn, a later day that a person accepted still has its
 * turn; an earlier one shows that the first clock ran ahead.
 */
function firstDayOf({ witnessedDay, nightsLeft, presentNight }: Turns): Day | undefined {
  const firstNight = nightsLeft[0] ?? presentNight;
  if (firstNight === undefined || witnessedDay === undefined) return witnessedDay;
  const day = dayNumbered(firstNight);
  return day < witnessedDay ? day : witnessedDay;
}

/** Each day has one turn, from the day after the first start. Today's turn is not overdue within `PATIENCE_MS`. */
function countOverdue(turns: Turns, now: Date): number {
  const since = turns.lastCompletedDay ?? firstDayOf(turns);
  if (since === undefined) return 0;
  const today = dayOf(now);
  const isPatient = now.getTime() - startOfDay(today) < PATIENCE_MS;
  return Math.max(0, daysBetween(since, today) - (isPatient ? 1 : 0));
}

function countDamaged({ lastCompletedNight, nightsLeft }: Turns): number {
  return nightsLeft.filter((night) => lastCompletedNight !== undefined && night < lastCompletedNight).length;
}
