import { HttpCode, Post } from '@nestjs/common';
import { IsIn, IsInt, Matches } from 'class-validator';
import { Field } from '#libs/contracts';
import type { StaffAct } from '../audit/audit-trail.js';
import { SignedBy } from '../auth/access.js';
import { Act, ContractBody } from '../auth/caller.js';
import { Operation } from '../auth/operation.js';
import { InternalController } from '../http/internal-controller.js';
import { Answers } from '../openapi/answers.js';
import { DismissalService, dismissalReasons, type DismissalReason } from './dismissal.service.js';

class DismissParked {
  @Field({ data: 'operational', purpose: 'the code under which the messages are parked' })
  @Matches(/^[a-z][a-z0-9-]{0,39}$/)
  code!: string;

  @Field({ data: 'operational', purpose: 'why nobody needs them' })
  @IsIn(dismissalReasons)
  reason!: DismissalReason;
}

class Dismissed {
  @Field({ data: 'operational', purpose: 'how many were removed' })
  @IsInt()
  dismissed!: number;
}

/** Removes parked messages that nobody needs. They cannot be retried any more. */
@InternalController('v1/operations')
export class DismissalController {
  constructor(private readonly dismissals: DismissalService) {}

  @Post('parked/dismiss')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('parked-dismiss')
  @Answers(Dismissed, 'Removes parked messages of one code for good.')
  async dismiss(
    @Act() act: StaffAct,
    @ContractBody(DismissParked) { code, reason }: DismissParked,
  ): Promise<Dismissed> {
    return { dismissed: await this.dismissals.dismiss({ code, reason }, act) };
  }
}
