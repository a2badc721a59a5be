import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { dayNumber, dayOf } from '#libs/contracts';
import { bytes, toBase64url } from '#libs/sealing';
import { Clock, HealthChecks } from '#libs/service';
import { CaseService } from './case.service.js';
import { mayResolve, viewOf, type ReviewView, type Verdict } from './domain/case.js';
import { Pseudonyms } from './pseudonyms.js';
import { ReviewRepository } from './review.repository.js';

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
    checks: HealthChecks,
  ) {
    checks.count('casesInReview', () => transactions.run(({ tx }) => reviews.count(tx)));
  }

  /** A case that this person may decide. Undefined when none waits. */
  next(person: string): Promise<CaseForReview | undefined> {
    const reviewer = this.pseudonyms.reviewerOf(person);
    return this.transactions.run(async ({ tx }) => {
      const waiting = await this.reviews.claimDue(tx);
      const states = await this.cases.states(
        tx,
        waiting.map(({ householdRef }) => householdRef),
      );
      const at = states.findIndex((state) => state !== undefined && mayResolve(state, reviewer) === 'yes');
      await this.reviews.giveBack(tx, waiting.toSpliced(at, at < 0 ? 0 : 1));
      const [chosen, state] = [waiting[at], states[at]];
      const view = state === undefined ? undefined : viewOf(state, this.cases.policy);
      return chosen === undefined || view === undefined ? undefined : { case: toBase64url(chosen.review), ...view };
    });
  }

  /** Applies the verdict of a person, and publishes the changes. */
  resolve(
    review: string,
    { verdict, person }: { readonly verdict: Verdict; readonly person: string },
  ): Promise<'resolved' | 'unknown' | 'not-waiting' | 'same-person'> {
    const reviewer = this.pseudonyms.reviewerOf(person);
    return this.transactions.run(async (unit) => {
      const found = await this.reviews.find(unit.tx, bytes(review));
      if (found === undefined) return 'unknown';
      const { householdRef } = found;
      const [state] = await this.cases.states(unit.tx, [householdRef]);
      const may = state === undefined ? 'not-waiting' : mayResolve(state, reviewer);
      if (may !== 'yes') return may;
      const day = dayNumber(dayOf(this.clock.now()));
      const input = { householdRef, day, command: { type: 'resolve', verdict, reviewer } as const };
      await this.cases.apply([input], unit);
      return 'resolved';
    });
  }
}
