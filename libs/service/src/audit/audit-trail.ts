import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { dayOf, type Service } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { Clock } from '../clock/clock.js';
import type { AuditRow } from './audit-chain.js';
import { appendAudit, auditAfter } from './audit.repository.js';

/** Who of the staff does what, as the guard knows it. */
export interface StaffAct {
  /** Pseudonym. */
  readonly person: string;
  /** The name of the route's operation, as in the log. */
  readonly operation: string;
}

/** Records acts of staff: one row each, chained, with the day and the pseudonym only. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly transactions: Transactions<Service>,
    private readonly clock: Clock,
  ) {}

  /**
   * Records an act in the transaction in which it happens. Call it last, because every other act waits for the end of
   * this transaction.
   *
   * @param about `batch …`, `hold-…`, `key …`, `parked …`, `day …`; the table refuses anything else
   */
  record(tx: Tx, { person, operation }: StaffAct, about = ''): Promise<void> {
    return appendAudit(tx, { day: dayOf(this.clock.now()), operation, person, about });
  }

  /** Records an act that has no transaction of its own, before it happens. */
  note(act: StaffAct): Promise<void> {
    return this.transactions.run(({ tx }) => this.record(tx, act));
  }

  after(seq: number, limit: number): Promise<readonly AuditRow[]> {
    return this.transactions.read((reader) => auditAfter(reader, seq, limit));
  }
}
