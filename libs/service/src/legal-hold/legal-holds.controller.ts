import { HttpCode, Post } from '@nestjs/common';
import { ArrayMaxSize, ArrayMinSize, IsArray, Matches } from 'class-validator';
import { Field, IsBytes } from '#libs/contracts';
import { RecordsError, type HoldSummary } from '#libs/records';
import { SignedBy } from '../auth/access.js';
import { ContractBody } from '../auth/caller.js';
import { Operation } from '../auth/operation.js';
import { InternalController } from '../http/internal-controller.js';
import { Problem } from '../problem/problem.js';
import { LegalHoldsService } from './legal-holds.service.js';

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

/** Legal holds, for the custodian alone. Records under a hold are exported sealed: the service cannot read them. */
@InternalController('v1/legal-holds')
export class LegalHoldsController {
  constructor(private readonly holds: LegalHoldsService) {}

  @Post('place')
  @HttpCode(200)
  @SignedBy('custodian')
  @Operation('legal-hold-place')
  async place(@ContractBody(PlaceHold) { kind, values }: PlaceHold): Promise<{ hold: string }> {
    const wish = { kind, values: values.map((value) => Buffer.from(value, 'base64url')) };
    return { hold: await told(() => this.holds.place(wish)) };
  }

  @Post('list')
  @HttpCode(200)
  @SignedBy('custodian')
  @Operation('legal-hold-list')
  async list(): Promise<{ holds: readonly HoldSummary[] }> {
    return { holds: await this.holds.list() };
  }

  @Post('lift')
  @HttpCode(200)
  @SignedBy('custodian')
  @Operation('legal-hold-lift')
  async lift(@ContractBody(NamedHold) { hold }: NamedHold): Promise<{ lifted: boolean }> {
    return { lifted: await told(() => this.holds.lift(hold)) };
  }

  /** The records are sealed to the custodian's key, who opens them on another machine. */
  @Post('export')
  @HttpCode(200)
  @SignedBy('custodian')
  @Operation('legal-hold-export')
  async export(@ContractBody(NamedHold) { hold }: NamedHold): Promise<{ sealed: readonly string[] }> {
    const kept = await this.holds.export(hold);
    return { sealed: kept.map((each) => Buffer.from(each).toString('base64url')) };
  }
}

/** Turns a refusal of the store into a refusal at the route. */
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
