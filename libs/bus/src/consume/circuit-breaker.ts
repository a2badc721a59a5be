const WINDOW_MS = 60_000;
const PARKED_MAX = 20;
const SHARE_MAX = 0.05;
/** Below this number of messages the share is not checked: one bad message in ten would stop a healthy service. */
const SHARE_FROM = 100;

interface Minute {
  readonly at: number;
  readonly handled: number;
  readonly parked: number;
}

/**
 * Stops the consumer if too much is parked within a minute, until a person resets it. A bad release then cannot park a
 * whole topic.
 */
export class CircuitBreaker {
  private minutes: Minute[] = [];
  private tripped = false;
  private toleratesUntilMs = -Infinity;

  constructor(
    private readonly nowMs: () => number,
    private readonly limits = { parkedMax: PARKED_MAX, shareMax: SHARE_MAX },
  ) {}

  /** A breaker that never trips, for tools and tests that give messages to handlers one by one. */
  static never(): CircuitBreaker {
    return new CircuitBreaker(() => 0, { parkedMax: Infinity, shareMax: Infinity });
  }

  get isTripped(): boolean {
    return this.tripped;
  }

  /** Call it before the commit of the transaction that parks. */
  wouldTrip(handled: number, parked: number): boolean {
    if (parked === 0 || this.nowMs() < this.toleratesUntilMs) return false;
    this.forgetOld();
    const all = this.minutes.reduce(
      (sum, each) => ({ handled: sum.handled + each.handled, parked: sum.parked + each.parked }),
      { handled, parked },
    );
    const { parkedMax, shareMax } = this.limits;
    return all.parked > parkedMax || (all.handled >= SHARE_FROM && all.parked >= all.handled * shareMax);
  }

  count(handled: number, parked: number): void {
    this.forgetOld();
    this.minutes.push({ at: this.nowMs(), handled, parked });
  }

  trip(): void {
    this.tripped = true;
  }

  /** @param setAside a person has decided to park bad messages, however many: nothing trips for one minute */
  reset({ setAside = false } = {}): void {
    this.tripped = false;
    this.minutes = [];
    if (setAside) this.toleratesUntilMs = this.nowMs() + WINDOW_MS;
  }

  private forgetOld(): void {
    const since = this.nowMs() - WINDOW_MS;
    while (this.minutes[0] !== undefined && this.minutes[0].at < since) this.minutes.shift();
  }
}
