import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { errorFields, Log } from '../log/log.js';
import { Worker, type WorkerOptions } from './worker.js';

/**
 * Makes the loops of a service and ends them. All are told to end at once, so that a stop takes as long as the longest
 * round and not as all of them together.
 */
@Injectable()
export class Workers implements BeforeApplicationShutdown {
  private readonly all: Worker[] = [];

  constructor(private readonly log: Log) {}

  /** A loop that whoever asked for it starts; it ends with the service. */
  make(options: Omit<WorkerOptions, 'log'>): Worker {
    const worker = new Worker({ ...options, log: this.log });
    this.all.push(worker);
    return worker;
  }

  /** No loop begins another round. Resolves when each has ended its present one, or has failed to. */
  async stop(): Promise<void> {
    const stops = await Promise.allSettled(this.all.map((worker) => worker.stop()));
    for (const stop of stops) {
      if (stop.status === 'rejected') {
        this.log.write('error', 'work-failed', { work: 'stop', ...errorFields(stop.reason) });
      }
    }
  }

  /** Before Nest closes anything that a round may still need. */
  beforeApplicationShutdown(): Promise<void> {
    return this.stop();
  }
}
