import { Injectable } from '@nestjs/common';
import type { Rail } from './rail.adapter.js';

/** All rails by payout method. An instrument whose payout method has no rail waits for people. */
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

  /** All rails. Each of them may know instruments that a restored ledger does not contain. */
  get all(): readonly Rail[] {
    return [...this.rails.values()];
  }

  of(payoutMethod: string): Rail | undefined {
    return this.rails.get(payoutMethod);
  }
}
