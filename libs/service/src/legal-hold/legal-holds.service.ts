import { Injectable } from '@nestjs/common';
import { Transactions, type UnitOfWork } from '#libs/bus';
import { canonicalJson, dayNumber, dayOf, type Service } from '#libs/contracts';
import { DestructionGate, LegalHolds, type HoldSummary } from '#libs/records';
import { sha256 } from '#libs/sealing';
import { AuditTrail, type StaffAct } from '../audit/audit-trail.js';
import { Clock } from '../clock/clock.js';
import { Problem } from '../problem/problem.js';

/** A second key holder has this many days to confirm. */
const WISH_DAYS = 7;

/** `asked`: another key holder must confirm by asking for the same. */
export type Confirmed<T> = { readonly outcome: 'asked' } | { readonly outcome: 'done'; readonly result: T };

/**
 * Legal holds. Whatever is done needs two key holders: two different people with the role of a custodian. Each act runs
 * in its own transaction, with its row of the audit.
 *
 * @throws RecordsError, Problem `not-allowed` for the same person twice
 */
@Injectable()
export class LegalHoldsService {
  constructor(
    private readonly transactions: Transactions<Service>,
    private readonly holds: LegalHolds,
    private readonly audit: AuditTrail,
    private readonly gate: DestructionGate,
    private readonly clock: Clock,
  ) {}

  async place(wish: Parameters<LegalHolds['placeHold']>[1], act: StaffAct): Promise<Confirmed<string>> {
    this.holds.mayHold(wish.kind);
    const values = wish.values.map((value) => Buffer.from(value).toString('base64url')).toSorted();
    return this.confirmed(act, { kind: wish.kind, values }, async ({ tx }) => {
      const hold = await this.holds.placeHold(tx, wish);
      await this.audit.record(tx, act, hold);
      return hold;
    });
  }

  list(): Promise<readonly HoldSummary[]> {
    return this.transactions.run(({ tx }) => this.holds.listHolds(tx));
  }

  /** False if there is no such hold. @throws Problem `not-now` while the clocks are in doubt */
  lift(hold: string, act: StaffAct): Promise<Confirmed<boolean>> {
    return this.confirmed(act, { hold }, async ({ tx }) => {
      if ((await this.gate.permit(tx)) === undefined) throw new Problem('not-now');
      const isLifted = await this.holds.liftHold(tx, hold);
      if (isLifted) await this.audit.record(tx, act, hold);
      return isLifted;
    });
  }

  /** The records that are kept under the hold, sealed to the custodian. That they leave the service is an act, too. */
  export(hold: string, act: StaffAct): Promise<Confirmed<readonly Uint8Array[]>> {
    return this.confirmed(act, { hold }, async ({ tx }) => {
      const kept = await this.holds.exportHeld(tx, hold);
      await this.audit.record(tx, act, hold);
      return kept;
    });
  }

  /** The row of the audit of the one who asks says what was asked for; the wish itself is kept as a digest. */
  private confirmed<T>(
    act: StaffAct,
    content: Readonly<Record<string, unknown>>,
    work: (unit: UnitOfWork<Service>) => Promise<T>,
  ): Promise<Confirmed<T>> {
    const { operation, person } = act;
    const digest = sha256(Buffer.from(canonicalJson({ operation, content })));
    const until = dayNumber(dayOf(this.clock.now())) + WISH_DAYS;
    return this.transactions.run(async (unit) => {
      const agreed = await this.holds.agree(unit.tx, { digest, person, until });
      if (agreed === 'same-person') throw new Problem('not-allowed');
      if (agreed === 'agreed') return { outcome: 'done', result: await work(unit) };
      const { hold } = content;
      await this.audit.record(unit.tx, { ...act, operation: `${operation}-ask` }, typeof hold === 'string' ? hold : '');
      return { outcome: 'asked' };
    });
  }
}
