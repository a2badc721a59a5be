import { Injectable } from '@nestjs/common';

/** Every line of a health report. Operators' commands read the lines by these names. */
export type HealthCheckName =
  | 'consumer'
  | 'database'
  | 'relay'
  | 'lag'
  | 'topicsShort'
  | 'parked'
  | 'parkedFromDevices'
  | 'relayTripped'
  | 'unsealed'
  | 'backlog'
  | 'republishing'
  | 'done'
  | 'repeated'
  | 'expired'
  | 'tripped'
  | 'turn'
  | 'turning'
  | 'turnOverdue'
  | 'turnDamaged'
  | 'clock'
  | 'clockDay'
  | 'witnessedDay'
  | 'keyringReplicas'
  | 'certificate'
  | 'ledgerFreeze'
  | 'setAside'
  | 'recordsDamaged'
  | WorkForPeople;

/** Counts of the work that waits for staff other than operators. */
export type WorkForPeople = 'casesInReview' | 'paymentsToRelease' | 'batchesOpen' | 'paymentsDisputed';

export type HealthCheckValue = boolean | number | string;
export type HealthValues = Readonly<Partial<Record<HealthCheckName, HealthCheckValue>>>;

/** Counts that move when a household applies or is paid. Only a signed request reads them. */
export const countedChecks: ReadonlySet<string> = new Set<HealthCheckName>([
  'lag',
  'parked',
  'parkedFromDevices',
  'unsealed',
  'backlog',
  'republishing',
  'done',
  'repeated',
  'expired',
  'setAside',
  'recordsDamaged',
  'casesInReview',
  'paymentsToRelease',
  'batchesOpen',
  'paymentsDisputed',
]);

/** The state of a service, in counts and codes only. */
export interface HealthReport {
  readonly ready: boolean;
  readonly checks: HealthValues;
}

/** The lines that parts of a service add to its health report. None of them makes the service unready. */
@Injectable()
export class HealthChecks {
  private readonly checks = new Map<HealthCheckName, () => HealthCheckValue>();

  private readonly counters = new Map<WorkForPeople, () => Promise<number>>();

  set(name: HealthCheckName, check: () => HealthCheckValue): void {
    this.checks.set(name, check);
  }

  /** Adds a count that is read from the database for each report. */
  count(name: WorkForPeople, counter: () => Promise<number>): void {
    this.counters.set(name, counter);
  }

  values(): HealthValues {
    return Object.fromEntries([...this.checks].map(([name, check]) => [name, check()]));
  }

  /** A count that cannot be read is `unknown`. */
  async counts(): Promise<HealthValues> {
    const counted = [...this.counters].map(async ([name, counter]) => [name, await counter().catch(() => 'unknown')]);
    return Object.fromEntries(await Promise.all(counted)) as HealthValues;
  }
}
