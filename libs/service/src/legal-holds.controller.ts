import { Body, Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { ArrayMaxSize, ArrayMinSize, IsArray, Matches } from 'class-validator';
import { Field, IsBytes, parseJson, validate, type Service } from '#libs/contracts';
import { RecordsError, type HoldSummary } from '#libs/records';
import type { SignedRequest } from './http-signature.js';
import { Problem } from './problem.js';
import type { Runtime } from './runtime.js';
import { RUNTIME } from './runtime-token.js';
import { NO_BODY, refuseContent, StaffStore } from './staff.store.js';

const VALUES_MAX = 100;

class PlaceHold {
  @Field({ data: 'operational', purpose: 'of which kind the records are' })
  @Matches(/^[a-z-]{1,20}$/)
  kind!: string;

  @Field({ data: 'pseudonym', purpose: 'which records a court has named; 32 bytes each' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(VALUES_MAX)
  @IsBytes(32, { each: true })
  values!: string[];
}

class NamedHold {
  @Field({ data: 'operational', purpose: 'which hold' })
  @Matches(/^hold-[0-9a-f]{18}$/)
  hold!: string;
}

/** Legal holds, by the custodian alone. What is kept under one is given out sealed: the service cannot read it. */
@Controller('v1/legal-holds')
export class LegalHoldsController {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<Service>,
    @Inject(StaffStore) private readonly staff: StaffStore,
  ) {}

  @Post('place')
  @HttpCode(200)
  async place(@Headers() headers: SignedRequest['headers'], @Body() body: Buffer = NO_BODY): Promise<{ hold: string }> {
    await this.accept('place', headers, body);
    const { kind, values } = validate(PlaceHold, parseJson(body));
    const { bus, legalHolds } = this.runtime;
    const wish = { kind, values: values.map((value) => Buffer.from(value, 'base64url')) };
    return { hold: await told(() => bus.transaction(({ tx }) => legalHolds.placeHold(tx, wish))) };
  }

  @Post('list')
  @HttpCode(200)
  async list(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer = NO_BODY,
  ): Promise<{ holds: readonly HoldSummary[] }> {
    await this.accept('list', headers, body);
    refuseContent(body);
    const { bus, legalHolds } = this.runtime;
    return { holds: await bus.transaction(({ tx }) => legalHolds.listHolds(tx)) };
  }

  @Post('lift')
  @HttpCode(200)
  async lift(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer = NO_BODY,
  ): Promise<{ lifted: boolean }> {
    await this.accept('lift', headers, body);
    const { hold } = validate(NamedHold, parseJson(body));
    const { bus, legalHolds } = this.runtime;
    return { lifted: await told(() => bus.transaction(({ tx }) => legalHolds.liftHold(tx, hold))) };
  }

  /** Sealed to the custodian's key; opened on a machine of the custodian's own. */
  @Post('export')
  @HttpCode(200)
  async export(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer = NO_BODY,
  ): Promise<{ sealed: readonly string[] }> {
    await this.accept('export', headers, body);
    const { hold } = validate(NamedHold, parseJson(body));
    const { bus, legalHolds } = this.runtime;
    const kept = await bus.transaction(({ tx }) => legalHolds.exportHeld(tx, hold));
    return { sealed: kept.map((each) => Buffer.from(each).toString('base64url')) };
  }

  private async accept(what: string, headers: SignedRequest['headers'], body: Buffer): Promise<void> {
    const by = await this.staff.personOf({ path: `/v1/legal-holds/${what}`, headers, body }, 'custodian');
    this.runtime.log.write('info', 'operation', { operation: `legal-hold-${what}`, by });
  }
}

/** What the store refuses is a refusal at the door, too. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error;
    const { code } = error;
    if (code === 'unknown-kind' || code === 'not-holdable') throw new Problem('not-found');
    if (code === 'no-custodian' || code === 'too-large') throw new Problem('not-now');
    if (code === 'turning') throw new Problem('busy', { retryAfterSeconds: 60 });
    throw error;
  }
}
