import { Signal } from './signal.js';

/** What a piece of work knows of the loop that runs it. */
export interface Running {
  /** The work should come to an end: the loop begins no other. */
  readonly isStopping: boolean;
  /** Rests in the middle of the work; a wake or the end of the loop ends the rest. */
  rest(ms: number): Promise<void>;
}

/** Milliseconds; a function is asked before each rest, and not when the loop is to end. */
type Pause = number | (() => number);

export interface LoopOptions {
  /** Does what is there; returns how much that was. */
  readonly work: (running: Running) => Promise<number>;
  /** How long the loop rests when there was nothing to do. */
  readonly pollMs: Pause;
  /** How long it rests after a failure, a second unless told otherwise. */
  readonly failurePauseMs?: Pause;
  /** Hears each failure; whoever wants it logged does so here. */
  readonly failed?: (error: unknown) => void;
}

const FAILURE_PAUSE_MS = 1_000;

/**
 * Runs one piece of work again and again, one at a time. A failure is told and tried again, and never ends the loop.
 */
export class Loop {
  private readonly signal = new Signal();
  private running: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly options: LoopOptions) {}

  /** Begins, unless it runs already; also once more after it was stopped. */
  start(): void {
    this.stopping = false;
    this.running ??= this.run();
  }

  /** There is something to do now. */
  wake(): void {
    this.signal.send();
  }

  /** Begins no other piece of work. Resolves when the present one has ended. */
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
        // Not at once, although it was woken meanwhile: whoever is away is not hammered.
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
