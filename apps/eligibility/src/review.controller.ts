import { Controller, HttpCode, Post } from '@nestjs/common';
import { Field, IsBytes, NestedField, ReviewCaseV1 } from '#libs/contracts';
import { Act, Answers, ContractBody, Problem, SignedBy, type StaffAct } from '#libs/service';
import { Equals, IsIn } from 'class-validator';
import type { Verdict } from './domain/case.js';
import { ReviewService, type CaseForReview } from './review.service.js';

class ResolveCase {
  @Field({ data: 'operational', purpose: 'the case' })
  @IsBytes(32)
  case!: string;

  @Field({ data: 'operational', purpose: 'the verdict of the reviewer' })
  @IsIn(['approve', 'decline'])
  verdict!: Verdict;
}

class NextCase {
  @NestedField({ data: 'household-fact', purpose: 'the case that waits longest, or none' }, () => ReviewCaseV1, {
    nullable: true,
  })
  next!: ReviewCaseV1 | null;
}

class CaseResolved {
  @Field({ data: 'operational', purpose: 'the decision is stored' })
  @Equals('resolved')
  outcome!: 'resolved';
}

/** Review and appeal. Staff sign these requests, and a reviewer sees the facts of one case at a time. */
@Controller('v1/review')
export class ReviewController {
  constructor(private readonly reviews: ReviewService) {}

  @Post('next')
  @HttpCode(200)
  @SignedBy('reviewer')
  @Answers(NextCase, 'Shows the facts of the open case of this reviewer, or opens the next one.')
  async next(@Act() act: StaffAct): Promise<NextCase> {
    const next = await this.reviews.next(act);
    return { next: next === undefined ? null : shown(next) };
  }

  @Post('resolve')
  @HttpCode(200)
  @SignedBy('reviewer')
  @Answers(CaseResolved, 'Decides the case that this reviewer has open.')
  async resolve(
    @Act() act: StaffAct,
    @ContractBody(ResolveCase) { case: name, verdict }: ResolveCase,
  ): Promise<CaseResolved> {
    const outcome = await this.reviews.resolve(name, { verdict, act });
    switch (outcome) {
      case 'resolved':
        return { outcome };
      case 'unknown':
        throw new Problem('not-found');
      case 'not-waiting':
      case 'not-open':
        throw new Problem('not-now');
      case 'same-person':
        throw new Problem('not-allowed');
    }
  }
}

/** JSON has no bigint: cents are decimal text. An absent fact is an absent field. */
function shown({ case: name, facts, around, isAppeal, why }: CaseForReview): ReviewCaseV1 {
  const { incomeChange, incomeAtOrBelow, billCents, ...others } = facts;
  return {
    case: name,
    facts: {
      ...others,
      ...(incomeChange === undefined ? {} : { incomeChange }),
      ...(incomeAtOrBelow === undefined ? {} : { incomeAtOrBelow }),
      ...(billCents === undefined ? {} : { billCents: String(billCents) }),
    },
    around,
    isAppeal,
    why,
  };
}
