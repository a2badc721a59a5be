/**
 * Doubles the pause from `firstMs` to `mostMs` and takes off a random part of up to a quarter, so that instances do not
 * retry in step.
 */
export class Backoff {
  private tries = 0;

  constructor(
    private readonly firstMs = 100,
    private readonly mostMs = 5_000,
  ) {}

  nextMs(): number {
    const ms = Math.min(this.mostMs, this.firstMs * 2 ** Math.min(this.tries, 16));
    this.tries += 1;
    return ms - Math.floor(Math.random() * (ms / 4));
  }

  /** True while nothing has failed since the last success. */
  get isFresh(): boolean {
    return this.tries === 0;
  }

  /** True until the first failure after a success has been reported. */
  get isFirst(): boolean {
    return this.tries === 1;
  }

  reset(): void {
    this.tries = 0;
  }
}
