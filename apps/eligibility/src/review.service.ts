import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { dayNumber, dayOf } from '#libs/contracts';
import { bytes, toBase64url } from '#libs/sealing';
import { Clock, HealthChecks } from '#libs/service';
import { CaseService } from './case.service.js';
import { maySettle, viewOf, type ReviewView, type Verdict } from './domain/case.js';
import { Pseudonyms } from './pseudonyms.js';
import { ReviewRepository } from './review.repository.js';

export interface CaseForReview extends ReviewView {
  /** Names the case in the answer; it says nothing elsewhere. */
  readonly case: string;
}

/** People's part of deciding: one case at a time, an appeal never to somebody who has decided about it before. */
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

  /** A case that this person may decide; undefined: none waits for this person. */
  next(person: string): Promise<CaseForReview | undefined> {
    const reviewer = this.pseudonyms.reviewerOf(person);
    return this.transactions.run(async ({ tx }) => {
      const waiting = await this.reviews.take(tx);
      const states = await this.cases.states(
        tx,
        waiting.map(({ handle }) => handle),
      );
      const at = states.findIndex((state) => state !== undefined && maySettle(state, reviewer) === 'yes');
      await this.reviews.giveBack(tx, waiting.toSpliced(at, at < 0 ? 0 : 1));
      const [chosen, state] = [waiting[at], states[at]];
      const view = state === undefined ? undefined : viewOf(state, this.cases.policy);
      return chosen === undefined || view === undefined ? undefined : { case: toBase64url(chosen.review), ...view };
    });
  }

  /** Takes the verdict of a person, and says what follows. */
  settle(
    review: string,
    { verdict, person }: { readonly verdict: Verdict; readonly person: string },
  ): Promise<'settled' | 'unknown' | 'not-waiting' | 'same-person'> {
    const reviewer = this.pseudonyms.reviewerOf(person);
    return this.transactions.run(async (unit) => {
      const found = await this.reviews.find(unit.tx, bytes(review));
      if (found === undefined) return 'unknown';
      const { handle } = found;
      const [state] = await this.cases.states(unit.tx, [handle]);
      const may = state === undefined ? 'not-waiting' : maySettle(state, reviewer);
      if (may !== 'yes') return may;
      const day = dayNumber(dayOf(this.clock.now()));
      const input = { handle, day, command: { type: 'settle', verdict, reviewer } as const };
      await this.cases.take([input], unit);
      return 'settled';
    });
  }
}
