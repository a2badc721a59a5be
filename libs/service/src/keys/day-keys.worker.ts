import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { dayOf, HOUR_MS } from '#libs/contracts';
import { SealingError, type Keyring } from '#libs/sealing';
import { Clock } from '../clock/clock.js';
import { HealthChecks } from '../health/health-checks.js';
import { Log } from '../log/log.js';
import type { Worker } from '../scheduling/worker.js';
import { Workers } from '../scheduling/workers.js';
import { KEYRING } from './keyring.provider.js';

/** Makes, publishes and destroys day keys in time; what fails is done again soon. */
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
 * While one of two copies is away nothing is made and nothing destroyed. The keys of the coming week are there, so a
 * service goes on, and starts, without; it says so until somebody mends it.
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
