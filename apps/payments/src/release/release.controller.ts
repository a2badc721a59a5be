import { Controller, HttpCode, Post } from '@nestjs/common';
import { Field, IsBytes, NestedField, NestedListField } from '#libs/contracts';
import { Act, Answers, ContractBody, Problem, ReadsOnly, SignedBy, type StaffAct } from '#libs/service';
import { IsIn, IsInt, IsNumberString, IsUUID } from 'class-validator';
import { ReleaseService } from './release.service.js';

class ApproveBatch {
  @Field({ data: 'operational', purpose: 'which batch' })
  @IsUUID()
  batch!: string;

  @Field({ data: 'operational', purpose: 'exactly what the checker has seen' })
  @IsBytes(32)
  digest!: string;
}

class ShownBatch {
  @Field({ data: 'operational', purpose: 'which batch' })
  @IsUUID()
  batch!: string;

  @Field({ data: 'operational', purpose: 'how many instruments' })
  @IsInt()
  instruments!: number;

  @Field({ data: 'operational', purpose: 'their sum' })
  @IsNumberString()
  amountCents!: string;

  @Field({ data: 'operational', purpose: 'what a checker agrees to' })
  @IsBytes(32)
  digest!: string;
}

class MadeBatch {
  @NestedField({ data: 'operational', purpose: 'the new batch, or nothing' }, () => ShownBatch, { nullable: true })
  made!: ShownBatch | null;
}

class OpenBatches {
  @NestedListField({ data: 'operational', purpose: 'batches that wait for checkers' }, () => ShownBatch, 10_000)
  batches!: readonly ShownBatch[];
}

class ApprovalOutcome {
  @Field({ data: 'operational', purpose: 'whether more checkers are needed' })
  @IsIn(['counted', 'released'])
  outcome!: 'counted' | 'released';

  @Field({ data: 'operational', purpose: 'how many are missing' })
  @IsInt()
  missing!: number;
}

/** Release by several people. */
@Controller('v1/release')
export class ReleaseController {
  constructor(private readonly releases: ReleaseService) {}

  @Post('batches')
  @HttpCode(200)
  @SignedBy('releaser')
  @Answers(MadeBatch, 'Makes a batch of the payments that wait for release.')
  async make(@Act() act: StaffAct): Promise<MadeBatch> {
    return { made: (await this.releases.make(act)) ?? null };
  }

  @Post('open')
  @HttpCode(200)
  @SignedBy('releaser')
  @ReadsOnly()
  @Answers(OpenBatches, 'Lists the batches that wait for checkers.')
  async open(): Promise<OpenBatches> {
    return { batches: await this.releases.open() };
  }

  @Post('approvals')
  @HttpCode(200)
  @SignedBy('releaser')
  @Answers(ApprovalOutcome, 'Approves exactly one batch as its digest names it.')
  async approve(
    @Act() act: StaffAct,
    @ContractBody(ApproveBatch) { batch, digest }: ApproveBatch,
  ): Promise<ApprovalOutcome> {
    const approval = await this.releases.approve(batch, digest, act);
    if (approval === undefined) throw new Problem('not-found');
    if (approval.outcome === 'refused')
      throw new Problem(approval.reason === 'same-person' ? 'not-allowed' : 'not-now');
    return { outcome: approval.outcome, missing: approval.outcome === 'counted' ? approval.missing : 0 };
  }
}
