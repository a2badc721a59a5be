import { HOUR_MS } from '#libs/contracts';
import type { OnDamaged } from '#libs/records';
import { hex } from '#libs/sealing';
import type { Clock } from '../clock/clock.js';
import type { HealthChecks } from '../health/health-checks.js';
import type { Log } from '../log/log.js';

/** Records that did not open when something looked for work or listed records. They are counted for an hour. */
export class DamagedRecords {
  /** When each was seen last, by kind and lookup. */
  private readonly seen = new Map<string, Map<string, number>>();
  private readonly alarmed = new Map<string, number>();

  constructor(
    private readonly log: Pick<Log, 'write'>,
    private readonly clock: Clock,
    checks: Pick<HealthChecks, 'set'>,
  ) {
    checks.set('recordsDamaged', () => [...this.seen.keys()].reduce((sum, kind) => sum + this.count(kind), 0));
  }

  /** Raises an alarm at once, and then once an hour for each kind. */
  readonly note: OnDamaged = (kind, lookups) => {
    const now = this.clock.now().getTime();
    const times = this.seen.get(kind) ?? new Map<string, number>();
    for (const lookup of lookups) times.set(hex(lookup), now);
    this.seen.set(kind, times);
    const last = this.alarmed.get(kind);
    if (last !== undefined && now >= last && now - last < HOUR_MS) return;
    this.alarmed.set(kind, now);
    this.log.write('warn', 'alarm', { alarm: 'record-damaged', count: this.count(kind), code: kind });
  };

  private count(kind: string): number {
    const since = this.clock.now().getTime() - HOUR_MS;
    const times = this.seen.get(kind) ?? new Map<string, number>();
    for (const [lookup, at] of times) if (at < since) times.delete(lookup);
    return times.size;
  }
}
