import { HttpCode, Post } from '@nestjs/common';
import { IsString, Matches } from 'class-validator';
import { Field } from '#libs/contracts';
import type { AcceptOutcome } from '#libs/records';
import type { StaffAct } from '../audit/audit-trail.js';
import { SignedBy } from '../auth/access.js';
import { Act, ContractBody } from '../auth/caller.js';
import { Operation } from '../auth/operation.js';
import { InternalController } from '../http/internal-controller.js';
import { Answers } from '../openapi/answers.js';
import { ClockService } from './clock.service.js';

class AcceptClock {
  @Field({ data: 'operational', purpose: 'the day that a person knows to be right (UTC)' })
  @Matches(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)
  day!: string;
}

class ClockAccepted {
  @Field({ data: 'operational', purpose: 'whether the day is accepted, or why it is not' })
  @IsString()
  outcome!: AcceptOutcome;

  @Field({ data: 'operational', purpose: 'the day that the service has' })
  @IsString()
  day!: string;

  @Field({ data: 'operational', purpose: 'the day against which its clock was checked until now, or none' })
  @IsString()
  before!: string;
}

/** A person vouches for a day, so that the service destroys again what has ended. */
@InternalController('v1/operations')
export class ClockController {
  constructor(private readonly clocks: ClockService) {}

  @Post('clock/accept')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('clock-accept')
  @Answers(ClockAccepted, 'Accepts the day of the service, so that it destroys again what has ended.')
  accept(@Act() act: StaffAct, @ContractBody(AcceptClock) { day }: AcceptClock): Promise<ClockAccepted> {
    return this.clocks.accept(day, act);
  }
}
