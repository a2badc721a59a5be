import { Body, Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { Field, IsBytes, parseJson, validate } from '#libs/contracts';
import { Problem, RUNTIME, StaffStore, type Runtime, type SignedRequest } from '#libs/service';
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

const NO_BODY = Buffer.alloc(0);

/** Release by several people: signed requests of staff, never reached from outside. */
@Controller('v1/release')
export class ReleaseController {
  constructor(
    @Inject(ReleaseStore) private readonly releases: ReleaseStore,
    @Inject(StaffStore) private readonly staff: StaffStore,
    @Inject(RUNTIME) private readonly runtime: Runtime<'payments'>,
  ) {}

  @Post('batches')
  @HttpCode(200)
  async make(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer | undefined,
  ): Promise<{ made: Batch | null }> {
    const maker = await this.personAlone('/v1/release/batches', headers, body);
    return { made: (await this.releases.make(maker)) ?? null };
  }

  @Post('open')
  @HttpCode(200)
  async open(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer | undefined,
  ): Promise<{ batches: readonly Batch[] }> {
    await this.personAlone('/v1/release/open', headers, body);
    return { batches: await this.releases.open() };
  }

  @Post('approvals')
  @HttpCode(200)
  async approve(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer | undefined,
  ): Promise<{ outcome: 'counted' | 'released'; missing: number }> {
    const person = await this.personOf('/v1/release/approvals', headers, body);
    const { batch, digest } = validate(ApproveBatch, parseJson(body ?? NO_BODY));
    const approval = await this.releases.approve(batch, digest, person);
    if (approval === undefined) throw new Problem('not-found');
    if (approval.outcome === 'refused')
      throw new Problem(approval.reason === 'same-person' ? 'not-allowed' : 'not-now');
    return { outcome: approval.outcome, missing: approval.outcome === 'counted' ? approval.missing : 0 };
  }

  /** Who signed, where nothing more is asked. */
  private async personAlone(path: string, headers: SignedRequest['headers'], body: Buffer = NO_BODY): Promise<string> {
    if (body.length > 0 && body.toString('latin1') !== '{}') throw new Problem('unknown-field');
    return this.personOf(path, headers, body);
  }

  private personOf(path: string, headers: SignedRequest['headers'], body: Buffer | undefined): Promise<string> {
    const request = { method: 'POST', path, headers, body: body ?? NO_BODY };
    return this.staff.personOf(request, this.runtime.clock.now(), 'releaser');
  }
}
