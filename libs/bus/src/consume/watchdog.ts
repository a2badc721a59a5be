import { Loop, type Running } from '#libs/database';

import type { OnAlarm } from '../trouble/alarm.js';

/** The part of the status that the watchdog checks. */
export interface Watched {
  readonly isTripped: boolean;
  /** Messages in the log that are not read yet; undefined while the broker does not answer. */
  readonly lag: number | undefined;
  /** Topics with too few copies; undefined while the broker does not answer. */
  readonly topicsShort: number | undefined;
  readonly lastProgressAt: Date;
  /** undefined while the database does not answer. */
  readonly database:
    | {
        readonly parked: number;
        readonly isParkedExpiring: boolean;
        readonly unsealed: number;
        readonly horizonAgeMs: number;
      }
    | undefined;
}

export interface WatchdogOptions {
  readonly status: () => Promise<Watched>;
  readonly alarm: OnAlarm;
  readonly onStalled: () => void;
  /** Ends the old transactions of this database. Returns how many. */
  readonly endOldTransactions: () => Promise<number>;
  readonly everyMs: number;
  readonly stalledMs: number;
  readonly clock: () => Date;
}

const HORIZON_AGE_MAX_MS = 60_000;

/** Ends a process that makes no progress while messages wait and the database answers. A new process then starts. */
export class Watchdog {
  private readonly loop: Loop;
  private laggingSince: number | undefined;
  private wasExpiring = false;
  private wereShort = false;
  private wereUnsealed = false;
  private hasFired = false;

  constructor(private readonly options: WatchdogOptions) {
    this.loop = new Loop({ work: (running) => this.look(running), pollMs: options.everyMs });
  }

  start(): void {
    this.loop.start();
  }

  /** Resolves when the watchdog has stopped. A broker that is away can delay that. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Waits first, because a process that has just started cannot have stalled. */
  private async look(running: Running): Promise<number> {
    const { everyMs, status } = this.options;
    await running.rest(everyMs);
    if (running.isStopping) return 1;
    const now = await status();
    this.judge(now);
    if (isHorizonOld(now)) await this.endOldTransactions();
    return 1;
  }

  private async endOldTransactions(): Promise<void> {
    const count = await this.options.endOldTransactions();
    if (count > 0) this.options.alarm({ code: 'transaction-ended', count });
  }

  /** Judges one status. It is public for its test. */
  judge(status: Watched): void {
    const { alarm, clock, stalledMs, onStalled } = this.options;
    const { database, lag, isTripped, lastProgressAt } = status;
    if (database !== undefined) {
      if (isHorizonOld(status)) alarm({ code: 'horizon-old' });
      if (database.isParkedExpiring && !this.wasExpiring) alarm({ code: 'parked-expiring', count: database.parked });
      this.wasExpiring = database.isParkedExpiring;
      if (database.unsealed > 0 && !this.wereUnsealed) alarm({ code: 'day-key-missing', count: database.unsealed });
      this.wereUnsealed = database.unsealed > 0;
    }
    const { topicsShort } = status;
    if (topicsShort !== undefined) {
      if (topicsShort > 0 && !this.wereShort) alarm({ code: 'topic-copies', count: topicsShort });
      this.wereShort = topicsShort > 0;
    }
    const now = clock().getTime();
    // While the broker does not answer, the lag is unknown, and an exit would not help.
    const isWaiting = database !== undefined && !isTripped && lag !== undefined && lag > 0;
    if (!isWaiting) {
      this.laggingSince = undefined;
      return;
    }
    this.laggingSince ??= now;
    const since = Math.max(this.laggingSince, lastProgressAt.getTime());
    if (this.hasFired || now - since < stalledMs) return;
    this.hasFired = true;
    alarm({ code: 'stalled', count: lag ?? 0 });
    onStalled();
  }
}

function isHorizonOld({ database }: Watched): boolean {
  return database !== undefined && database.horizonAgeMs > HORIZON_AGE_MAX_MS;
}
