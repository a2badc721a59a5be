import { Body, Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { Field, IsBytes, parseJson, validate } from '#libs/contracts';
import { NO_BODY, Problem, refuseContent, StaffStore, type SignedRequest } from '#libs/service';
import { IsUUID } from 'class-validator';
import { ReleaseStore, type Batch } from './release.store.js';

class ApproveBatch {
  @Field({ data: 'operational', purpose: 'which batch' })
  @IsUUID()
  batch!: string;

  @Field({ data: 'operational', purpose: 'exactly what the checker has seen' })
  @IsBytes(32)
  digest!: string;
}

/** Release by several people: signed requests of staff, never reached from outside. */
@Controller('v1/release')
export class ReleaseController {
  constructor(
    @Inject(ReleaseStore) private readonly releases: ReleaseStore,
    @Inject(StaffStore) private readonly staff: StaffStore,
  ) {}

  @Post('batches')
  @HttpCode(200)
  async make(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer = NO_BODY,
  ): Promise<{ made: Batch | null }> {
    const maker = await this.personAlone('/v1/release/batches', headers, body);
    return { made: (await this.releases.make(maker)) ?? null };
  }

  @Post('open')
  @HttpCode(200)
  async open(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer = NO_BODY,
  ): Promise<{ batches: readonly Batch[] }> {
    await this.personAlone('/v1/release/open', headers, body);
    return { batches: await this.releases.open() };
  }

  @Post('approvals')
  @HttpCode(200)
  async approve(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer = NO_BODY,
  ): Promise<{ outcome: 'counted' | 'released'; missing: number }> {
    const person = await this.personOf('/v1/release/approvals', headers, body);
    const { batch, digest } = validate(ApproveBatch, parseJson(body));
    const approval = await this.releases.approve(batch, digest, person);
    if (approval === undefined) throw new Problem('not-found');
    if (approval.outcome === 'refused')
      throw new Problem(approval.reason === 'same-person' ? 'not-allowed' : 'not-now');
    return { outcome: approval.outcome, missing: approval.outcome === 'counted' ? approval.missing : 0 };
  }

  /** Who signed, where nothing more is asked. */
  private personAlone(path: string, headers: SignedRequest['headers'], body: Buffer): Promise<string> {
    refuseContent(body);
    return this.personOf(path, headers, body);
  }

  private personOf(path: string, headers: SignedRequest['headers'], body: Buffer): Promise<string> {
    return this.staff.personOf({ path, headers, body }, 'releaser');
  }
}
