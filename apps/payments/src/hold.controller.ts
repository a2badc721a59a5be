import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { Field, IsBytes } from '#libs/contracts';
import { ContractBody, Person, Problem, SignedBy } from '#libs/service';
import { IsBoolean, IsIn } from 'class-validator';
import type { PeoplesEnd } from './domain/settle.js';
import { HeldDesk, type HeldItem } from './held-desk.js';
import { HoldDesk, type HoldView } from './hold-desk.js';

class LiftHold {
  @Field({ data: 'operational', purpose: 'exactly what the person has seen' })
  @IsBytes(32)
  digest!: string;

  @Field({ data: 'operational', purpose: 'goes on in spite of what is unmatched or differs' }, { optional: true })
  @IsBoolean()
  accept?: boolean;
}

const ends = ['ask-again', 'never-paid', 'paid'] as const satisfies readonly PeoplesEnd[];

class SettleHeld {
  @Field({ data: 'operational', purpose: 'which instrument; the partner knows it by this' })
  @IsBytes(32)
  reference!: string;

  @Field({ data: 'operational', purpose: 'what people have found out' })
  @IsIn(ends)
  end!: (typeof ends)[number];
}

/** What only people can settle, two of them together. */
@Controller('v1')
export class HoldController {
  constructor(
    private readonly holds: HoldDesk,
    private readonly held: HeldDesk,
  ) {}

  @Get('hold')
  @SignedBy('releaser', 'operator')
  read(): Promise<HoldView> {
    return this.holds.view();
  }

  @Post('hold/lift')
  @HttpCode(200)
  @SignedBy('releaser')
  async lift(
    @Person() person: string,
    @ContractBody(LiftHold) { digest, accept = false }: LiftHold,
  ): Promise<{ outcome: 'counted' | 'lifted' }> {
    const decision = await this.holds.agree({ digest, person, isAccepted: accept });
    if (decision.outcome === 'refused')
      throw new Problem(decision.reason === 'same-person' ? 'not-allowed' : 'not-now');
    return { outcome: decision.outcome };
  }

  @Post('held/open')
  @HttpCode(200)
  @SignedBy('releaser')
  async open(): Promise<{ items: readonly HeldItem[] }> {
    return { items: await this.held.open() };
  }

  @Post('held/settlements')
  @HttpCode(200)
  @SignedBy('releaser')
  async settle(
    @Person() person: string,
    @ContractBody(SettleHeld) { reference, end }: SettleHeld,
  ): Promise<{ outcome: 'counted' | 'settled' }> {
    const outcome = await this.held.settle(reference, end, person);
    switch (outcome) {
      case 'not-found':
        throw new Problem('not-found');
      case 'same-person':
        throw new Problem('not-allowed');
      case 'other-end':
      case 'not-now':
        throw new Problem('not-now');
      case 'counted':
      case 'settled':
        return { outcome };
    }
  }
}
