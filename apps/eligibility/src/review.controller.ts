import { Controller, HttpCode, Post } from '@nestjs/common';
import { Field, IsBytes } from '#libs/contracts';
import { ContractBody, Person, Problem, SignedBy } from '#libs/service';
import { IsIn } from 'class-validator';
import type { Verdict } from './domain/case.js';
import { ReviewService } from './review.service.js';

class SettleCase {
  @Field({ data: 'operational', purpose: 'which case' })
  @IsBytes(32)
  case!: string;

  @Field({ data: 'operational', purpose: 'what the reviewer decides' })
  @IsIn(['approve', 'decline'])
  verdict!: Verdict;
}

/**
 * Review and appeal: signed requests of staff, never reached from outside. A reviewer sees facts of one case at a time.
 */
@Controller('v1/review')
export class ReviewController {
  constructor(private readonly reviews: ReviewService) {}

  @Post('next')
  @HttpCode(200)
  @SignedBy('reviewer')
  async next(@Person() person: string): Promise<{ next: object | null }> {
    const next = await this.reviews.next(person);
    return { next: next === undefined ? null : shown(next) };
  }

  @Post('settle')
  @HttpCode(200)
  @SignedBy('reviewer')
  async settle(
    @Person() person: string,
    @ContractBody(SettleCase) { case: name, verdict }: SettleCase,
  ): Promise<{ outcome: 'settled' }> {
    const outcome = await this.reviews.settle(name, { verdict, person });
    switch (outcome) {
      case 'settled':
        return { outcome };
      case 'unknown':
        throw new Problem('not-found');
      case 'not-waiting':
        throw new Problem('not-now');
      case 'same-person':
        throw new Problem('not-allowed');
    }
  }
}

/** JSON has no bigint: cents are told in decimal. */
function shown(view: object): object {
  return JSON.parse(
    JSON.stringify(view, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  ) as object;
}
