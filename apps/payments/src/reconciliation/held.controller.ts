import { Controller, HttpCode, Post } from '@nestjs/common';
import { Field, IsBytes } from '#libs/contracts';
import { ContractBody, Person, Problem, SignedBy } from '#libs/service';
import { IsIn } from 'class-validator';
import type { PeoplesEnd } from '../domain/settle.js';
import { HeldService, type HeldItem } from './held.service.js';

const ends = ['ask-again', 'never-paid', 'paid'] as const satisfies readonly PeoplesEnd[];

class SettleHeld {
  @Field({ data: 'operational', purpose: 'which instrument; the partner knows it by this' })
  @IsBytes(32)
  reference!: string;

  @Field({ data: 'operational', purpose: 'what people have found out' })
  @IsIn(ends)
  end!: (typeof ends)[number];
}

/** Payments that contradict the books: what two people have found out settles them. */
@Controller('v1/held')
export class HeldController {
  constructor(private readonly held: HeldService) {}

  @Post('open')
  @HttpCode(200)
  @SignedBy('releaser')
  async open(): Promise<{ items: readonly HeldItem[] }> {
    return { items: await this.held.open() };
  }

  @Post('settlements')
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
