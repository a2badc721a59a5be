import { Signal } from './signal.js';

/** The loop as a piece of work sees it. */
export interface Running {
  /** The work should end. The loop begins no other. */
  readonly isStopping: boolean;
  /** Rests in the middle of the work. A wake or the end of the loop ends the rest. */
  rest(ms: number): Promise<void>;
}

/** Milliseconds. A function is called before each rest, but not when the loop is to end. */
type Pause = number | (() => number);

export interface LoopOptions {
  /** Does the work that is there. Returns how much that was. */
  readonly work: (running: Running) => Promise<number>;
  /** How long the loop rests when there was nothing to do. */
  readonly pollMs: Pause;
  /** How long it rests after a failure; by default one second. */
  readonly failurePauseMs?: Pause;
  /** Called with each failure, to log it for example. */
  readonly failed?: (error: unknown) => void;
}

const FAILURE_PAUSE_MS = 1_000;

/**
 * Runs one piece of work again and again, one at a time. A failure is reported and the work is tried again. It never
 * ends the loop.
 */
export class Loop {
  private readonly signal = new Signal();
  private running: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly options: LoopOptions) {}

  /** Begins, unless it runs already. It can begin again after it was stopped. */
  start(): void {
    this.stopping = false;
    this.running ??= this.run();
  }

  /** Ends the present rest, because there is work to do. */
  wake(): void {
    this.signal.send();
  }

  /** Begins no more work. Resolves when the present piece has ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.signal.send();
    await this.running;
    this.running = undefined;
  }

  private async run(): Promise<void> {
    const { work, pollMs, failurePauseMs = FAILURE_PAUSE_MS, failed } = this.options;
    const running = runningOf(
      () => this.stopping,
      (ms) => this.rest(ms),
    );
    while (!this.stopping) {
      this.signal.clear();
      try {
        if ((await work(running)) > 0) continue;
        await this.rest(pollMs);
      } catch (error) {
        failed?.(error);
        // Rests even if it was woken in the meantime, so that a server that is away is not hammered.
        this.signal.clear();
        await this.rest(failurePauseMs);
      }
    }
  }

  private async rest(pause: Pause): Promise<void> {
    if (!this.stopping) await this.signal.wait(typeof pause === 'number' ? pause : pause());
  }
}

function runningOf(isStopping: () => boolean, rest: (ms: number) => Promise<void>): Running {
  return {
    get isStopping() {
      return isStopping();
    },
    rest,
  };
}
