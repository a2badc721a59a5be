import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { dayOf, HOUR_MS } from '#libs/contracts';
import { DestructionGate } from '#libs/records';
import { SealingError, type Keyring } from '#libs/sealing';
import { Clock } from '../clock/clock.js';
import { HealthChecks } from '../health/health-checks.js';
import { Log } from '../log/log.js';
import type { Worker } from '../scheduling/worker.js';
import { Workers } from '../scheduling/workers.js';
import { KEYRING } from './keyring.provider.js';

/**
 * Makes, publishes and destroys day keys on time. A failed attempt is repeated soon. Keys are made whatever the clocks
 * say, because messages need them, and destroyed only if the clocks are believed.
 */
@Injectable()
export class DayKeysWorker implements OnApplicationBootstrap {
  private readonly worker: Worker;

  constructor(
    @Inject(KEYRING) private readonly keyring: Keyring,
    private readonly clock: Clock,
    private readonly gate: DestructionGate,
    private readonly log: Log,
    checks: HealthChecks,
    workers: Workers,
  ) {
    this.worker = workers.make({ name: 'day-keys', pollMs: HOUR_MS, work: () => this.passDay() });
    checks.set('keyringReplicas', () => keyring.replicas());
  }

  onApplicationBootstrap(): void {
    this.worker.start();
    this.clock.onLeap?.(() => this.worker.wake());
    this.gate.onAccepted(() => this.worker.wake());
  }

  /** One round. @returns 0, because no further round is urgent */
  async passDay(): Promise<0> {
    const { keyring, clock, log } = this;
    await ensureDayKeys(keyring, clock, log);
    const permit = await this.gate.permit();
    if (permit !== undefined) await unlessReplicaAway(() => keyring.destroyDayKeys(permit.day));
    return 0;
  }
}

/**
 * While one of two copies of the keyring is missing, no key is made and none is destroyed. The service still starts and
 * runs, because the keys of the coming week exist, and it logs an alarm until the copy is repaired.
 */
export async function ensureDayKeys(keyring: Keyring, clock: Clock, log: Log): Promise<void> {
  await unlessReplicaAway(() => keyring.ensureDayKeys(dayOf(clock.now())));
  const replicas = keyring.replicas();
  if (replicas === 'away' || replicas === 'apart')
    log.write('warn', 'alarm', { alarm: 'keyring-replica', code: replicas });
}

async function unlessReplicaAway(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SealingError && error.code === 'replica-away')) throw error;
  }
}
