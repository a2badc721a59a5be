import { Controller, HttpCode, Post } from '@nestjs/common';
import { Field, IsBytes } from '#libs/contracts';
import { ContractBody, Person, Problem, SignedBy } from '#libs/service';
import { IsIn } from 'class-validator';
import type { DisputeResolution } from '../domain/rail-outcome.js';
import { DisputeService, type DisputedItem } from './dispute.service.js';

const resolutions = ['ask-again', 'never-paid', 'paid'] as const satisfies readonly DisputeResolution[];

class ResolveDispute {
  @Field({ data: 'operational', purpose: 'which instrument; the partner knows it by this' })
  @IsBytes(32)
  reference!: string;

  @Field({ data: 'operational', purpose: 'what people have found out' })
  @IsIn(resolutions)
  resolution!: (typeof resolutions)[number];
}

/** Disputed instruments: two people resolve each. */
@Controller('v1/disputed')
export class DisputeController {
  constructor(private readonly disputes: DisputeService) {}

  @Post('open')
  @HttpCode(200)
  @SignedBy('releaser')
  async open(): Promise<{ items: readonly DisputedItem[] }> {
    return { items: await this.disputes.open() };
  }

  @Post('resolutions')
  @HttpCode(200)
  @SignedBy('releaser')
  async resolve(
    @Person() person: string,
    @ContractBody(ResolveDispute) { reference, resolution }: ResolveDispute,
  ): Promise<{ outcome: 'counted' | 'resolved' }> {
    const outcome = await this.disputes.resolve(reference, resolution, person);
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
