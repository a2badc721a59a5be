import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { Field, IsBytes } from '#libs/contracts';
import { ContractBody, Person, Problem, SignedBy } from '#libs/service';
import { IsBoolean } from 'class-validator';
import { LedgerFreezeService, type FreezeView } from './ledger-freeze.service.js';

class LiftFreeze {
  @Field({ data: 'operational', purpose: 'exactly what the person has seen' })
  @IsBytes(32)
  digest!: string;

  @Field({ data: 'operational', purpose: 'goes on in spite of what is unmatched or differs' }, { optional: true })
  @IsBoolean()
  accept?: boolean;
}

/** After this time the lock of a dead process is removed. */
const ANCHOR_SECONDS = 30;

/** Shows why the ledger is frozen, and lets two people lift the freeze. */
@Controller('v1/ledger-freeze')
export class LedgerFreezeController {
  constructor(private readonly freezes: LedgerFreezeService) {}

  @Get()
  @SignedBy('releaser', 'operator')
  read(): Promise<FreezeView> {
    return this.freezes.view();
  }

  @Post('lift')
  @HttpCode(200)
  @SignedBy('releaser')
  async lift(
    @Person() person: string,
    @ContractBody(LiftFreeze) { digest, accept = false }: LiftFreeze,
  ): Promise<{ outcome: 'counted' | 'lifted' }> {
    const decision = await this.freezes.agree({ digest, person, isAccepted: accept });
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
