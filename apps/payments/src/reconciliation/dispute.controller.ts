import { Controller, HttpCode, Post } from '@nestjs/common';
import { Field, IsBytes, IsCents, NestedListField } from '#libs/contracts';
import { Act, Answers, ContractBody, Problem, ReadsOnly, SignedBy, type StaffAct } from '#libs/service';
import { IsBoolean, IsIn } from 'class-validator';
import type { DisputeResolution } from '../domain/rail-outcome.js';
import { DisputeService } from './dispute.service.js';

const resolutions = ['ask-again', 'never-paid', 'paid'] as const satisfies readonly DisputeResolution[];

class ResolveDispute {
  @Field({ data: 'operational', purpose: 'which instrument; the partner knows it by this' })
  @IsBytes(32)
  reference!: string;

  @Field({ data: 'operational', purpose: 'what people have found out' })
  @IsIn(resolutions)
  resolution!: (typeof resolutions)[number];
}

class DisputedInstrument {
  @Field({ data: 'operational', purpose: 'the partner knows the instrument by this' })
  @IsBytes(32)
  reference!: string;

  @Field({ data: 'payout', purpose: 'how much it holds' })
  @IsCents()
  amountCents!: string;

  @Field({ data: 'operational', purpose: 'one person has named a resolution' })
  @IsBoolean()
  proposed!: boolean;
}

class DisputedInstruments {
  @NestedListField({ data: 'operational', purpose: 'all disputed instruments' }, () => DisputedInstrument, 500)
  items!: readonly DisputedInstrument[];
}

class DisputeOutcome {
  @Field({ data: 'operational', purpose: 'whether one more person is needed' })
  @IsIn(['counted', 'resolved'])
  outcome!: 'counted' | 'resolved';
}

/** Payments that contradict the books: what two people have found out settles them. */
@Controller('v1/disputed')
export class DisputeController {
  constructor(private readonly disputes: DisputeService) {}

  @Post('open')
  @HttpCode(200)
  @SignedBy('releaser')
  @ReadsOnly()
  @Answers(DisputedInstruments, 'Lists the disputed instruments.')
  async open(): Promise<DisputedInstruments> {
    return { items: await this.disputes.open() };
  }

  @Post('resolutions')
  @HttpCode(200)
  @SignedBy('releaser')
  @Answers(DisputeOutcome, 'Names how a disputed instrument ended; a second person confirms it.')
  async resolve(
    @Act() act: StaffAct,
    @ContractBody(ResolveDispute) { reference, resolution }: ResolveDispute,
  ): Promise<DisputeOutcome> {
    const outcome = await this.disputes.resolve(reference, resolution, act);
    switch (outcome) {
      case 'not-found':
        throw new Problem('not-found');
      case 'same-person':
        throw new Problem('not-allowed');
      case 'other-resolution':
      case 'not-now':
        throw new Problem('not-now');
      case 'counted':
      case 'resolved':
        return { outcome };
    }
  }
}
