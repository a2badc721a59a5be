import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { errorFields, Log } from '../log/log.js';
import { Worker, type WorkerOptions } from './worker.js';

/**
 * Makes the loops of a service and stops them. All are told to stop at the same time, so that a stop takes as long as
 * the longest round and not as long as all rounds together.
 */
@Injectable()
export class Workers implements BeforeApplicationShutdown {
  private readonly all: Worker[] = [];

  constructor(private readonly log: Log) {}

  /** Makes a loop, which the caller starts. It ends with the service. */
  make(options: Omit<WorkerOptions, 'log'>): Worker {
    const worker = new Worker({ ...options, log: this.log });
    this.all.push(worker);
    return worker;
  }

  /** Starts no further round. Resolves after every loop has ended its present round or failed. */
  async stop(): Promise<void> {
    const stops = await Promise.allSettled(this.all.map((worker) => worker.stop()));
    for (const stop of stops) {
      if (stop.status === 'rejected') {
        this.log.write('error', 'work-failed', { work: 'stop', ...errorFields(stop.reason) });
      }
    }
  }

  /** Runs before Nest closes anything that a round may still need. */
  beforeApplicationShutdown(): Promise<void> {
    return this.stop();
  }
}
