import { Inject, Injectable } from '@nestjs/common';
import type { Service } from '#libs/contracts';
import { SERVICE_NAME } from '../config/service-name.js';
import { BusState } from './bus-state.js';
import { countedChecks, HealthChecks, type HealthReport, type HealthValues } from './health-checks.js';

/** One report answers all callers of this time, so that a storm of calls reads the database once. */
const KEPT_MS = 1_000;

/**
 * Intake is ready while its database answers: messages wait in the outbox until the broker is back. The other services
 * also need the broker, and a place in the consumer group.
 */
@Injectable()
export class Readiness {
  private kept: { readonly until: number; readonly report: Promise<HealthReport> } | undefined;

  constructor(
    @Inject(SERVICE_NAME) private readonly service: Service,
    private readonly bus: BusState,
    private readonly checks: HealthChecks,
  ) {}

  /** States without counts, for anybody who reaches the listener; at most one second old. */
  async states(): Promise<HealthReport> {
    const now = performance.now();
    if (this.kept === undefined || this.kept.until <= now) {
      this.kept = { until: now + KEPT_MS, report: this.report() };
    }
    const { ready, checks } = await this.kept.report;
    return { ready, checks: statesOf(checks) };
  }

  /** Every state and every exact count, as they are now. */
  async report(): Promise<HealthReport> {
    const { consumer, isReading, isTripped, lag, topicsShort, database, relay, counts } = await this.bus.status();
    return {
      ready: database !== undefined && (this.service === 'intake' || (lag !== undefined && isReading)),
      checks: {
        consumer,
        database: database !== undefined,
        relay: relay.isLeader,
        lag: lag ?? 'unknown',
        topicsShort: topicsShort ?? 'unknown',
        parked: database?.parked ?? 'unknown',
        parkedFromDevices: database?.parkedFromDevices ?? 'unknown',
        unsealed: database?.unsealed ?? 'unknown',
        backlog: database?.backlog ?? 'unknown',
        republishing: database?.replayLeft ?? 'unknown',
        done: counts.done,
        repeated: counts.repeated,
        expired: counts.expired,
        tripped: isTripped,
        relayTripped: relay.isTripped,
        ...this.checks.values(),
        ...(await this.checks.counts()),
      },
    };
  }
}

/** A count that cannot be read stays, because it says that the database or the broker is away. */
function statesOf(checks: HealthValues): HealthValues {
  const states = Object.entries(checks).filter(([name, value]) => !countedChecks.has(name) || value === 'unknown');
  const { turning } = checks;
  // The progress of a turn names the number of all records.
  return { ...Object.fromEntries(states), ...(turning === undefined || turning === 'no' ? {} : { turning: 'yes' }) };
}
