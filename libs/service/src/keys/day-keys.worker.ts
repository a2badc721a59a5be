import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { dayOf, HOUR_MS } from '#libs/contracts';
import { SealingError, type Keyring } from '#libs/sealing';
import { Clock } from '../clock/clock.js';
import { HealthChecks } from '../health/health-checks.js';
import { Log } from '../log/log.js';
import type { Worker } from '../scheduling/worker.js';
import { Workers } from '../scheduling/workers.js';
import { KEYRING } from './keyring.provider.js';

/** Makes, publishes and destroys day keys on time. A failed attempt is repeated soon. */
@Injectable()
export class DayKeysWorker implements OnApplicationBootstrap {
  private readonly worker: Worker;

  constructor(
    @Inject(KEYRING) keyring: Keyring,
    private readonly clock: Clock,
    log: Log,
    checks: HealthChecks,
    workers: Workers,
  ) {
    const work = async (): Promise<number> => {
      await ensureDayKeys(keyring, clock, log);
      return 0;
    };
    this.worker = workers.make({ name: 'day-keys', pollMs: HOUR_MS, work });
    checks.set('keyringReplicas', () => keyring.replicas());
  }

  onApplicationBootstrap(): void {
    this.worker.start();
    this.clock.onLeap?.(() => this.worker.wake());
  }
}

/**
 * While one of two copies of the keyring is missing, no key is made and none is destroyed. The service still starts and
 * runs, because the keys of the coming week exist, and it logs an alarm until the copy is repaired.
 */
export async function ensureDayKeys(keyring: Keyring, clock: Clock, log: Log): Promise<void> {
  try {
    await keyring.ensureDayKeys(dayOf(clock.now()));
  } catch (error) {
    if (!(error instanceof SealingError && error.code === 'replica-away')) throw error;
  }
  const replicas = keyring.replicas();
  if (replicas === 'away' || replicas === 'apart')
    log.write('warn', 'alarm', { alarm: 'keyring-replica', code: replicas });
}
