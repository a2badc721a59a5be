/** Sleeps that can be ended early: a wake that comes while nobody sleeps is not lost. */
export class Signal {
  private rung = false;
  private wakeUp: (() => void) | undefined;

  send(): void {
    this.rung = true;
    this.wakeUp?.();
  }

  /** Forgets a wake that has come while nobody slept. */
  clear(): void {
    this.rung = false;
  }

  async wait(ms: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wakeUp = undefined;
    }
    this.rung = false;
  }
}
