import { Loop, type LoopOptions } from '#libs/database';
import { errorFields, type Log } from '../log/log.js';

export interface WorkerOptions extends Pick<LoopOptions, 'pollMs' | 'failurePauseMs'> {
  readonly name: string;
  readonly log: Log;
  /** Does the work that is due; returns how much that was. */
  readonly work: () => Promise<number>;
}

/** A loop that logs its failures by class and code. */
export class Worker extends Loop {
  constructor({ name, log, ...loop }: WorkerOptions) {
    super({ ...loop, failed: (error) => log.write('error', 'work-failed', { work: name, ...errorFields(error) }) });
  }
}
