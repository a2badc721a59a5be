import { Injectable } from '@nestjs/common';

/** Every line of a health report. Operators' commands read them by these names. */
export type HealthCheckName =
  | 'consumer'
  | 'database'
  | 'relay'
  | 'lag'
  | 'parked'
  | 'backlog'
  | 'republishing'
  | 'tripped'
  | 'turn'
  | 'turning'
  | 'turnOverdue'
  | 'turnDamaged'
  | 'keyringReplicas'
  | 'hold'
  | WorkForPeople;

/** How much waits for people of the city, other than operators. */
export type WorkForPeople = 'casesInReview' | 'paymentsToRelease' | 'batchesOpen' | 'paymentsDisputed';

export type HealthCheckValue = boolean | number | string;
export type HealthValues = Readonly<Partial<Record<HealthCheckName, HealthCheckValue>>>;

/** What a service knows of its own state. Counts and codes only. */
export interface HealthReport {
  readonly ready: boolean;
  readonly checks: HealthValues;
}

/** What parts of a service add to its health report. None of it makes the service unready. */
@Injectable()
export class HealthChecks {
  private readonly checks = new Map<HealthCheckName, () => HealthCheckValue>();

  private readonly counters = new Map<WorkForPeople, () => Promise<number>>();

  set(name: HealthCheckName, check: () => HealthCheckValue): void {
    this.checks.set(name, check);
  }

  /** What is counted in the database each time somebody asks. */
  count(name: WorkForPeople, counter: () => Promise<number>): void {
    this.counters.set(name, counter);
  }

  values(): HealthValues {
    return Object.fromEntries([...this.checks].map(([name, check]) => [name, check()]));
  }

  /** A count that cannot be had just now is `unknown`. */
  async counts(): Promise<HealthValues> {
    const counted = [...this.counters].map(async ([name, counter]) => [name, await counter().catch(() => 'unknown')]);
    return Object.fromEntries(await Promise.all(counted)) as HealthValues;
  }
}
