import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { dayNumber, dayOf } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { bytes, toBase64url } from '#libs/sealing';
import { AuditTrail, Clock, HealthChecks, type StaffAct } from '#libs/service';
import { CaseService } from './case.service.js';
import { mayResolve, viewOf, type ReviewView, type Verdict } from './domain/case.js';
import { Pseudonyms } from './pseudonyms.js';
import { ReviewRepository, type Reviewer, type Waiting } from './review.repository.js';

export interface CaseForReview extends ReviewView {
  /** The id of the case in the answer. Nothing else uses it. */
  readonly case: string;
}

/** Gives cases to reviewers, one at a time. An appeal goes to a reviewer who has not decided the case before. */
@Injectable()
export class ReviewService {
  constructor(
    private readonly transactions: Transactions<'eligibility'>,
    private readonly cases: CaseService,
    private readonly reviews: ReviewRepository,
    private readonly pseudonyms: Pseudonyms,
    private readonly clock: Clock,
    private readonly audit: AuditTrail,
    checks: HealthChecks,
  ) {
    checks.count('casesInReview', () => transactions.run(({ tx }) => reviews.count(tx)));
  }

  /**
   * A case that this person may decide. A person has one open case: as long as it waits and nobody else has opened it,
   * every call gives the same one. Undefined when none waits.
   */
  next(act: StaffAct): Promise<CaseForReview | undefined> {
    const reviewer = this.reviewerOf(act);
    return this.transactions.run(async ({ tx }) => {
      const open = await this.reviews.openOf(tx, reviewer);
      const { readable: own } = await this.apart(tx, open === undefined ? [] : [open]);
      const again = await this.firstOf(tx, own, reviewer);
      if (again !== undefined) return again.view;
      const { readable, others } = await this.apart(tx, await this.reviews.claimDue(tx));
      const first = await this.firstOf(tx, readable, reviewer);
      await this.reviews.giveBack(
        tx,
        readable.filter((each) => each !== first?.waiting),
      );
      await this.reviews.putOff(tx, others);
      if (first !== undefined) await this.audit.record(tx, act);
      return first?.view;
    });
  }

  /** A case that does not open, or is gone, keeps no other from a reviewer. */
  private async apart(
    tx: Tx,
    all: readonly Waiting[],
  ): Promise<{ readonly readable: readonly Waiting[]; readonly others: readonly Waiting[] }> {
    const isReadable = await this.cases.areReadable(
      tx,
      all.map(({ householdRef }) => householdRef),
    );
    return { readable: all.filter((_, at) => isReadable[at]), others: all.filter((_, at) => !isReadable[at]) };
  }

  /** Opens the first of these cases that the reviewer may decide. */
  private async firstOf(
    tx: Tx,
    all: readonly Waiting[],
    reviewer: Reviewer,
  ): Promise<{ readonly waiting: Waiting; readonly view: CaseForReview } | undefined> {
    const states = await this.cases.states(
      tx,
      all.map(({ householdRef }) => householdRef),
    );
    const at = states.findIndex((state) => state !== undefined && mayResolve(state, reviewer.name) === 'yes');
    const [waiting, state] = [all[at], states[at]];
    const view = state === undefined ? undefined : viewOf(state, this.cases.policy);
    if (waiting === undefined || view === undefined) return undefined;
    await this.reviews.open(tx, reviewer, waiting);
    return { waiting, view: { case: toBase64url(waiting.review), ...view } };
  }

  /** Applies the verdict of a person about the case that they have open, and publishes the changes. */
  resolve(
    review: string,
    { verdict, act }: { readonly verdict: Verdict; readonly act: StaffAct },
  ): Promise<'resolved' | 'unknown' | 'not-waiting' | 'not-open' | 'same-person'> {
    const reviewer = this.reviewerOf(act);
    return this.transactions.run(async (unit) => {
      const open = await this.reviews.openOf(unit.tx, reviewer);
      const found = await this.reviews.find(unit.tx, bytes(review));
      if (found === undefined) return 'unknown';
      const { householdRef } = found;
      const [state] = await this.cases.states(unit.tx, [householdRef]);
      const may = state === undefined ? 'not-waiting' : mayResolve(state, reviewer.name);
      if (may !== 'yes') return may;
      if (open === undefined || toBase64url(open.review) !== review) return 'not-open';
      const day = dayNumber(dayOf(this.clock.now()));
      const command = { type: 'resolve', verdict, reviewer: reviewer.name } as const;
      await this.cases.apply([{ householdRef, day, command }], unit);
      await this.reviews.close(unit.tx, reviewer);
      await this.audit.record(unit.tx, act);
      return 'resolved';
    });
  }

  private reviewerOf({ person }: StaffAct): Reviewer {
    const name = this.pseudonyms.reviewerOf(person);
    return { name, openCase: this.pseudonyms.openCaseOf(name) };
  }
}
