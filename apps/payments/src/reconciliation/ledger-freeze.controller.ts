import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { Field, IsBytes, IsWord, NestedField } from '#libs/contracts';
import { Act, Answers, ContractBody, Problem, ReadsOnly, SignedBy, type StaffAct } from '#libs/service';
import { IsBoolean, IsIn, IsInt, IsNumberString } from 'class-validator';
import { LedgerFreezeService } from './ledger-freeze.service.js';

class LiftFreeze {
  @Field({ data: 'operational', purpose: 'exactly what the person has seen' })
  @IsBytes(32)
  digest!: string;

  @Field({ data: 'operational', purpose: 'goes on in spite of what is unmatched or differs' }, { optional: true })
  @IsBoolean()
  accept?: boolean;
}

class FreezeFound {
  @Field({ data: 'operational', purpose: 'references that the rails were asked about' })
  @IsInt()
  asked!: number;

  @Field({ data: 'operational', purpose: 'payments that the ledger had forgotten and has adopted' })
  @IsInt()
  adopted!: number;

  @Field({ data: 'operational', purpose: 'questions that a rail did not answer' })
  @IsInt()
  unanswered!: number;

  @Field({ data: 'operational', purpose: 'payments of a rail that no grant explains' })
  @IsInt()
  unmatched!: number;

  @Field({ data: 'operational', purpose: 'payments about which rail and ledger differ' })
  @IsInt()
  differing!: number;

  @Field({ data: 'operational', purpose: 'payments for which no fund holds enough' })
  @IsInt()
  unfunded!: number;
}

class FreezeAnswer {
  @Field({ data: 'operational', purpose: 'why the ledger is frozen, or nothing' }, { nullable: true })
  @IsWord()
  freeze!: string | null;

  @Field({ data: 'operational', purpose: 'newest commit that the anchor knows' })
  @IsNumberString()
  anchoredSeq!: string;

  @Field({ data: 'operational', purpose: 'newest commit of the ledger' })
  @IsNumberString()
  headSeq!: string;

  @NestedField({ data: 'operational', purpose: 'result of the comparison with the rails' }, () => FreezeFound, {
    nullable: true,
  })
  found!: FreezeFound | null;

  @Field({ data: 'operational', purpose: 'what a person who lifts the freeze agrees to' }, { nullable: true })
  @IsBytes(32)
  digest!: string | null;

  @Field({ data: 'operational', purpose: 'one person has agreed to this digest' })
  @IsBoolean()
  isProposed!: boolean;

  @Field({ data: 'operational', purpose: 'the rail is asked before anything is sent' })
  @IsBoolean()
  inquireFirst!: boolean;
}

class LiftOutcome {
  @Field({ data: 'operational', purpose: 'whether one more person is needed' })
  @IsIn(['counted', 'lifted'])
  outcome!: 'counted' | 'lifted';
}

/** After this time the lock of a dead process is removed. */
const ANCHOR_SECONDS = 30;

/** Shows why the ledger is frozen, and lets two people lift the freeze. */
@Controller('v1/ledger-freeze')
export class LedgerFreezeController {
  constructor(private readonly freezes: LedgerFreezeService) {}

  @Get()
  @SignedBy('releaser', 'operator')
  @ReadsOnly()
  @Answers(FreezeAnswer, 'Tells whether the ledger is frozen, why, and what a lift would agree to.')
  read(): Promise<FreezeAnswer> {
    return this.freezes.view();
  }

  @Post('lift')
  @HttpCode(200)
  @SignedBy('releaser')
  @Answers(LiftOutcome, 'Agrees to lift the freeze; a second person lifts it.')
  async lift(
    @Act() act: StaffAct,
    @ContractBody(LiftFreeze) { digest, accept = false }: LiftFreeze,
  ): Promise<LiftOutcome> {
    const decision = await this.freezes.agree({ digest, person: act.person, isAccepted: accept }, act);
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
