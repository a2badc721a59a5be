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
  | 'braked'
  | 'turn'
  | 'turning'
  | 'turnOverdue'
  | 'turnDamaged'
  | 'keyringReplicas'
  | 'hold';

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

  set(name: HealthCheckName, check: () => HealthCheckValue): void {
    this.checks.set(name, check);
  }

  values(): HealthValues {
    return Object.fromEntries([...this.checks].map(([name, check]) => [name, check()]));
  }
}
