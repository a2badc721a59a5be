import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { Log } from '../log/log.js';
import { Nightly } from './nightly.js';
import { nightlyWorkers } from './nightly-work.js';
import type { Worker } from '../scheduling/worker.js';

/** Runs the nightly turn by the clock, from the moment the service is up until it stops. */
@Injectable()
export class NightlyWorker {
  private readonly workers: readonly Worker[];

  constructor(
    nightly: Nightly,
    log: Log,
    private readonly clock: Clock,
  ) {
    this.workers = nightlyWorkers(nightly, log);
  }

  start(): void {
    for (const worker of this.workers) worker.start();
    this.clock.onLeap?.(() => {
      for (const worker of this.workers) worker.wake();
    });
  }

  async stop(): Promise<void> {
    for (const worker of this.workers) await worker.stop();
  }
}
