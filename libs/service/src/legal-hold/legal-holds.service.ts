import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import type { Service } from '#libs/contracts';
import { LegalHolds, type HoldSummary } from '#libs/records';

/** Legal holds. Each change runs in its own transaction. @throws RecordsError */
@Injectable()
export class LegalHoldsService {
  constructor(
    private readonly transactions: Transactions<Service>,
    private readonly holds: LegalHolds,
  ) {}

  place(wish: Parameters<LegalHolds['placeHold']>[1]): Promise<string> {
    return this.transactions.run(({ tx }) => this.holds.placeHold(tx, wish));
  }

  list(): Promise<readonly HoldSummary[]> {
    return this.transactions.run(({ tx }) => this.holds.listHolds(tx));
  }

  /** False if there is no such hold. */
  lift(hold: string): Promise<boolean> {
    return this.transactions.run(({ tx }) => this.holds.liftHold(tx, hold));
  }

  /** The records that are kept under the hold, sealed to the custodian. */
  export(hold: string): Promise<readonly Uint8Array[]> {
    return this.transactions.run(({ tx }) => this.holds.exportHeld(tx, hold));
  }
}
