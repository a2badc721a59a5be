import { Controller, HttpCode, Post } from '@nestjs/common';
import { Field, IsBytes } from '#libs/contracts';
import { ContractBody, Person, Problem, SignedBy } from '#libs/service';
import { IsUUID } from 'class-validator';
import { ReleaseService, type Batch } from './release.service.js';

class ApproveBatch {
  @Field({ data: 'operational', purpose: 'which batch' })
  @IsUUID()
  batch!: string;

  @Field({ data: 'operational', purpose: 'exactly what the checker has seen' })
  @IsBytes(32)
  digest!: string;
}

/** Release by several people. */
@Controller('v1/release')
export class ReleaseController {
  constructor(private readonly releases: ReleaseService) {}

  @Post('batches')
  @HttpCode(200)
  @SignedBy('releaser')
  async make(@Person() maker: string): Promise<{ made: Batch | null }> {
    return { made: (await this.releases.make(maker)) ?? null };
  }

  @Post('open')
  @HttpCode(200)
  @SignedBy('releaser')
  async open(): Promise<{ batches: readonly Batch[] }> {
    return { batches: await this.releases.open() };
  }

  @Post('approvals')
  @HttpCode(200)
  @SignedBy('releaser')
  async approve(
    @Person() person: string,
    @ContractBody(ApproveBatch) { batch, digest }: ApproveBatch,
  ): Promise<{ outcome: 'counted' | 'released'; missing: number }> {
    const approval = await this.releases.approve(batch, digest, person);
    if (approval === undefined) throw new Problem('not-found');
    if (approval.outcome === 'refused')
      throw new Problem(approval.reason === 'same-person' ? 'not-allowed' : 'not-now');
    return { outcome: approval.outcome, missing: approval.outcome === 'counted' ? approval.missing : 0 };
  }
}
