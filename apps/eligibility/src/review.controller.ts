import { Controller, HttpCode, Post } from '@nestjs/common';
import { Field, IsBytes } from '#libs/contracts';
import { ContractBody, Person, Problem, SignedBy } from '#libs/service';
import { IsIn } from 'class-validator';
import type { Verdict } from './domain/case.js';
import { ReviewService } from './review.service.js';

class ResolveCase {
  @Field({ data: 'operational', purpose: 'the case' })
  @IsBytes(32)
  case!: string;

  @Field({ data: 'operational', purpose: 'the verdict of the reviewer' })
  @IsIn(['approve', 'decline'])
  verdict!: Verdict;
}

/** Review and appeal. Staff sign these requests, and a reviewer sees the facts of one case at a time. */
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

  @Post('resolve')
  @HttpCode(200)
  @SignedBy('reviewer')
  async resolve(
    @Person() person: string,
    @ContractBody(ResolveCase) { case: name, verdict }: ResolveCase,
  ): Promise<{ outcome: 'resolved' }> {
    const outcome = await this.reviews.resolve(name, { verdict, person });
    switch (outcome) {
      case 'resolved':
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

/** JSON has no bigint, so that cents are written in decimal. */
function shown(view: object): object {
  return JSON.parse(
    JSON.stringify(view, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  ) as object;
}
