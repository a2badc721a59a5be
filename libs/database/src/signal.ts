/** A sleep that can be ended early. A wake that comes while nobody sleeps is kept. */
export class Signal {
  private rung = false;
  private wakeUp: (() => void) | undefined;

  send(): void {
    this.rung = true;
    this.wakeUp?.();
  }

  /** Forgets a wake that came while nobody slept. */
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
