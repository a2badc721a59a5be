import { Injectable } from '@nestjs/common';
import { DestructionGate } from '#libs/records';
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
    private readonly gate: DestructionGate,
  ) {
    this.workers = nightlyWorkers(nightly, workers);
  }

  start(): void {
    for (const worker of this.workers) worker.start();
    const wake = (): void => {
      for (const worker of this.workers) worker.wake();
    };
    this.clock.onLeap?.(wake);
    this.gate.onAccepted(wake);
  }
}
