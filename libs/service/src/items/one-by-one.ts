import { Injectable } from '@nestjs/common';
import { itemByItem, type ItemSteps } from '#libs/bus';
import { DAY_MS } from '#libs/contracts';
import { Clock } from '../clock/clock.js';
import { HealthChecks } from '../health/health-checks.js';
import { errorFields, Log } from '../log/log.js';

/** More items than this are counted as this many. */
const COUNTED_MAX = 10_000;

/**
 * Lets workers do their items in one transaction, without one item ever failing another. What is set aside raises an
 * alarm and is counted for a day in the health report.
 */
@Injectable()
export class OneByOne {
  private times: number[] = [];

  constructor(
    private readonly log: Log,
    private readonly clock: Clock,
    checks: HealthChecks,
  ) {
    checks.set('setAside', () => this.lately().length);
  }

  /** As `itemByItem`. @param work the name of the work in the log */
  run<I>(work: string, items: readonly I[], { together, setAside }: ItemSteps<I>): Promise<number> {
    return itemByItem(items, {
      together,
      setAside: async (item, error) => {
        this.tell(work, error);
        await setAside(item, error);
      },
    });
  }

  /** Tells that one item was set aside: in the log, by an alarm and in the health report. */
  tell(work: string, error: unknown): void {
    this.times = [...this.lately(), this.clock.now().getTime()].slice(-COUNTED_MAX);
    this.log.write('error', 'work-failed', { work, ...errorFields(error) });
    this.log.write('warn', 'alarm', { alarm: 'set-aside', code: work, count: 1 });
  }

  private lately(): readonly number[] {
    const since = this.clock.now().getTime() - DAY_MS;
    return this.times.filter((time) => time > since);
  }
}
