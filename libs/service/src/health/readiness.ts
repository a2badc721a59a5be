import { Inject, Injectable } from '@nestjs/common';
import type { Service } from '#libs/contracts';
import { SERVICE_NAME } from '../definition/service-name.js';
import { BusState } from './bus-state.js';
import { HealthChecks, type HealthReport } from './health-checks.js';

/**
 * Intake is ready while its database answers: messages wait in the outbox until the broker is back. The other services
 * also need the broker, and a place in the consumer group.
 */
@Injectable()
export class Readiness {
  constructor(
    @Inject(SERVICE_NAME) private readonly service: Service,
    private readonly bus: BusState,
    private readonly checks: HealthChecks,
  ) {}

  async report(): Promise<HealthReport> {
    const { consumer, isReading, isTripped, lag, database, relay } = await this.bus.status();
    return {
      ready: database !== undefined && (this.service === 'intake' || (lag !== undefined && isReading)),
      checks: {
        consumer,
        database: database !== undefined,
        relay: relay.isLeader,
        lag: lag ?? 'unknown',
        parked: database?.parked ?? 'unknown',
        backlog: database?.backlog ?? 'unknown',
        republishing: database?.replayLeft ?? 'unknown',
        tripped: isTripped,
        ...this.checks.values(),
        ...(await this.checks.counts()),
      },
    };
  }
}
