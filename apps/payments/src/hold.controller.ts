import { Body, Controller, Get, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { Field, IsBytes, parseJson, validate } from '#libs/contracts';
import { NO_BODY, Problem, refuseContent, StaffStore, type SignedRequest } from '#libs/service';
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

/** What only people can settle, two of them together: signed requests of staff, never reached from outside. */
@Controller('v1')
export class HoldController {
  constructor(
    @Inject(HoldDesk) private readonly holds: HoldDesk,
    @Inject(HeldDesk) private readonly held: HeldDesk,
    @Inject(StaffStore) private readonly staff: StaffStore,
  ) {}

  @Get('hold')
  read(): Promise<HoldView> {
    return this.holds.view();
  }

  @Post('hold/lift')
  @HttpCode(200)
  async lift(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer = NO_BODY,
  ): Promise<{ outcome: 'counted' | 'lifted' }> {
    const person = await this.personOf('/v1/hold/lift', headers, body);
    const { digest, accept = false } = validate(LiftHold, parseJson(body));
    const decision = await this.holds.agree({ digest, person, isAccepted: accept });
    if (decision.outcome === 'refused')
      throw new Problem(decision.reason === 'same-person' ? 'not-allowed' : 'not-now');
    return { outcome: decision.outcome };
  }

  @Post('held/open')
  @HttpCode(200)
  async open(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer = NO_BODY,
  ): Promise<{ items: readonly HeldItem[] }> {
    await this.personOf('/v1/held/open', headers, body);
    refuseContent(body);
    return { items: await this.held.open() };
  }

  @Post('held/settlements')
  @HttpCode(200)
  async settle(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer = NO_BODY,
  ): Promise<{ outcome: 'counted' | 'settled' }> {
    const person = await this.personOf('/v1/held/settlements', headers, body);
    const { reference, end } = validate(SettleHeld, parseJson(body));
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

  private personOf(path: string, headers: SignedRequest['headers'], body: Buffer): Promise<string> {
    return this.staff.personOf({ path, headers, body }, 'releaser');
  }
}
