import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { Nightly } from './nightly.js';
import { nightlyWorkers } from './nightly-work.js';
import type { Worker } from '../scheduling/worker.js';
import { Workers } from '../scheduling/workers.js';

/** Runs the nightly turn by the clock after the service started. */
@Injectable()
export class NightlyWorker {
  private readonly workers: readonly Worker[];

  constructor(
    nightly: Nightly,
    workers: Workers,
    private readonly clock: Clock,
  ) {
    this.workers = nightlyWorkers(nightly, workers);
  }

  start(): void {
    for (const worker of this.workers) worker.start();
    this.clock.onLeap?.(() => {
      for (const worker of this.workers) worker.wake();
    });
  }
}
