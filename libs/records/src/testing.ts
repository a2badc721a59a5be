import { DestructionGate, Permit } from './destruction-gate.js';

export { Permit };

/** A gate that is always open, for tests in which clocks leap and are right. */
export class OpenGate extends DestructionGate {
  constructor(private readonly now: () => Date) {
    super({ database: { query: () => Promise.reject(new Error('an open gate asks no database')) }, clock: now });
  }

  override permit(): Promise<Permit> {
    return Promise.resolve(new Permit(this.day));
  }

  override agingDay(): Promise<string> {
    return Promise.resolve(this.day);
  }

  private get day(): string {
    return this.now().toISOString().slice(0, 10);
  }
}
