import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { Field, IsBytes } from '#libs/contracts';
import { ContractBody, Person, Problem, SignedBy } from '#libs/service';
import { IsBoolean } from 'class-validator';
import { HoldService, type HoldView } from './hold.service.js';

class LiftHold {
  @Field({ data: 'operational', purpose: 'exactly what the person has seen' })
  @IsBytes(32)
  digest!: string;

  @Field({ data: 'operational', purpose: 'goes on in spite of what is unmatched or differs' }, { optional: true })
  @IsBoolean()
  accept?: boolean;
}

/** A lock that a dead process has left is anybody's after this time. */
const ANCHOR_SECONDS = 30;

/** Why payments holds, and how two people lift that. */
@Controller('v1/hold')
export class HoldController {
  constructor(private readonly holds: HoldService) {}

  @Get()
  @SignedBy('releaser', 'operator')
  read(): Promise<HoldView> {
    return this.holds.view();
  }

  @Post('lift')
  @HttpCode(200)
  @SignedBy('releaser')
  async lift(
    @Person() person: string,
    @ContractBody(LiftHold) { digest, accept = false }: LiftHold,
  ): Promise<{ outcome: 'counted' | 'lifted' }> {
    const decision = await this.holds.agree({ digest, person, isAccepted: accept });
    if (decision.outcome !== 'refused') return { outcome: decision.outcome };
    switch (decision.reason) {
      case 'same-person':
        throw new Problem('not-allowed');
      case 'not-now':
        throw new Problem('not-now');
      case 'busy':
        throw new Problem('busy', { retryAfterSeconds: ANCHOR_SECONDS });
    }
  }
}
