import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import type { Service } from '#libs/contracts';
import { DestructionGate, type AcceptOutcome } from '#libs/records';
import { AuditTrail, type StaffAct } from '../audit/audit-trail.js';

export interface ClockAcceptance {
  readonly outcome: AcceptOutcome;
  readonly day: string;
  readonly before: string;
}

/** Accepts a day for which a person vouches, with its row of the audit. */
@Injectable()
export class ClockService {
  constructor(
    private readonly transactions: Transactions<Service>,
    private readonly gate: DestructionGate,
    private readonly audit: AuditTrail,
  ) {}

  async accept(day: string, act: StaffAct): Promise<ClockAcceptance> {
    const outcome = await this.transactions.run(async ({ tx }) => {
      const accepted = await this.gate.accept(tx, day);
      // A refused wish changes nothing and is only in the log.
      if (accepted === 'accepted') await this.audit.record(tx, act, `day ${day}`);
      return accepted;
    });
    const { day: own = day, witnessedDay = 'none' } = this.gate.verdict ?? {};
    if (outcome === 'accepted') await this.gate.tellAccepted();
    return { outcome, day: own, before: witnessedDay };
  }
}
