import { Body, Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { Field, IsBytes, parseJson, validate } from '#libs/contracts';
import { NO_BODY, Problem, refuseContent, StaffStore, type SignedRequest } from '#libs/service';
import { IsIn } from 'class-validator';
import type { Verdict } from './domain/case.js';
import { ReviewDesk } from './review-desk.js';

class SettleCase {
  @Field({ data: 'operational', purpose: 'which case' })
  @IsBytes(32)
  case!: string;

  @Field({ data: 'operational', purpose: 'what the reviewer decides' })
  @IsIn(['approve', 'decline'])
  verdict!: Verdict;
}

/** Review and appeal: signed requests of staff, never reached from outside. A reviewer sees facts of one case at a time. */
@Controller('v1/review')
export class ReviewController {
  constructor(
    @Inject(ReviewDesk) private readonly reviews: ReviewDesk,
    @Inject(StaffStore) private readonly staff: StaffStore,
  ) {}

  @Post('next')
  @HttpCode(200)
  async next(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer = NO_BODY,
  ): Promise<{ next: object | null }> {
    refuseContent(body);
    const person = await this.personOf('/v1/review/next', headers, body);
    const next = await this.reviews.next(person);
    return { next: next === undefined ? null : shown(next) };
  }

  @Post('settle')
  @HttpCode(200)
  async settle(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer = NO_BODY,
  ): Promise<{ outcome: 'settled' }> {
    const person = await this.personOf('/v1/review/settle', headers, body);
    const { case: name, verdict } = validate(SettleCase, parseJson(body));
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

  private personOf(path: string, headers: SignedRequest['headers'], body: Buffer): Promise<string> {
    return this.staff.personOf({ path, headers, body }, 'reviewer');
  }
}

/** JSON has no bigint: cents are told in decimal. */
function shown(view: object): object {
  return JSON.parse(
    JSON.stringify(view, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  ) as object;
}
