import { Injectable } from '@nestjs/common';
import type { Rail } from './rail.adapter.js';

/** Every rail by its payout method. What is to be paid by a method without a rail waits for people. */
@Injectable()
export class RailRegistry {
  private readonly rails: ReadonlyMap<string, Rail>;

  constructor(rails: readonly Rail[]) {
    this.rails = new Map(rails.map((rail) => [rail.payoutMethod, rail]));
  }

  /** Payout methods that have a rail. */
  get payoutMethods(): readonly string[] {
    return [...this.rails.keys()];
  }

  /** What the books may have forgotten is asked of all of them. */
  get all(): readonly Rail[] {
    return [...this.rails.values()];
  }

  of(payoutMethod: string): Rail | undefined {
    return this.rails.get(payoutMethod);
  }
}
