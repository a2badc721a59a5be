import { errorFields, type Log } from './log.js';

export interface WorkerOptions {
  readonly name: string;
  readonly log: Log;
  /** How long it rests when there was nothing to do. */
  readonly pollMs: number;
  /** How long it rests after it has failed, a second unless told otherwise. */
  readonly failurePauseMs?: number;
  /** Does what is there; returns how much that was. */
  readonly work: () => Promise<number>;
}

const FAILURE_PAUSE_MS = 1_000;

/** Runs one piece of work again and again, one at a time; a failure is logged and tried again, never the end. */
export class Worker {
  private stopped = false;
  private running: Promise<void> | undefined;
  private wakeUp: (() => void) | undefined;
  private isWoken = false;

  constructor(private readonly options: WorkerOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  /** There is something to do now. */
  wake(): void {
    this.isWoken = true;
    this.wakeUp?.();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    const { name, log, pollMs, work, failurePauseMs = FAILURE_PAUSE_MS } = this.options;
    while (!this.stopped) {
      this.isWoken = false;
      try {
        if ((await work()) > 0) continue;
        await this.rest(pollMs);
      } catch (error) {
        log.write('error', 'work-failed', { work: name, ...errorFields(error) });
        this.isWoken = false;
        await this.rest(failurePauseMs);
      }
    }
  }

  private async rest(ms: number): Promise<void> {
    if (this.isWoken || this.stopped) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.wakeUp = resolve;
    await promise;
    clearTimeout(timer);
    this.wakeUp = undefined;
  }
}
