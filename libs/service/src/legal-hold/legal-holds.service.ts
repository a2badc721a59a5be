import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import type { Service } from '#libs/contracts';
import { DestructionGate, LegalHolds, type HoldSummary } from '#libs/records';
import { Problem } from '../problem/problem.js';
import { AuditTrail, type StaffAct } from '../audit/audit-trail.js';

/** Legal holds. Each change runs in its own transaction, with its row of the audit. @throws RecordsError */
@Injectable()
export class LegalHoldsService {
  constructor(
    private readonly transactions: Transactions<Service>,
    private readonly holds: LegalHolds,
    private readonly audit: AuditTrail,
    private readonly gate: DestructionGate,
  ) {}

  place(wish: Parameters<LegalHolds['placeHold']>[1], act: StaffAct): Promise<string> {
    return this.transactions.run(async ({ tx }) => {
      const hold = await this.holds.placeHold(tx, wish);
      await this.audit.record(tx, act, hold);
      return hold;
    });
  }

  list(): Promise<readonly HoldSummary[]> {
    return this.transactions.run(({ tx }) => this.holds.listHolds(tx));
  }

  /** False if there is no such hold. @throws Problem `not-now` while the clocks are in doubt and nothing is destroyed */
  lift(hold: string, act: StaffAct): Promise<boolean> {
    return this.transactions.run(async ({ tx }) => {
      if ((await this.gate.permit(tx)) === undefined) throw new Problem('not-now');
      const isLifted = await this.holds.liftHold(tx, hold);
      if (isLifted) await this.audit.record(tx, act, hold);
      return isLifted;
    });
  }

  /** The records that are kept under the hold, sealed to the custodian. That they leave the service is an act, too. */
  export(hold: string, act: StaffAct): Promise<readonly Uint8Array[]> {
    return this.transactions.run(async ({ tx }) => {
      const kept = await this.holds.exportHeld(tx, hold);
      await this.audit.record(tx, act, hold);
      return kept;
    });
  }
}
