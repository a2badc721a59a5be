import { HttpCode, Post } from '@nestjs/common';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsInt, IsString, Matches } from 'class-validator';
import { Field, IsBytes, NestedListField } from '#libs/contracts';
import { RecordsError } from '#libs/records';
import type { StaffAct } from '../audit/audit-trail.js';
import { ReadsOnly, SignedBy } from '../auth/access.js';
import { Act, ContractBody } from '../auth/caller.js';
import { Operation } from '../auth/operation.js';
import { InternalController } from '../http/internal-controller.js';
import { Answers } from '../openapi/answers.js';
import { Problem } from '../problem/problem.js';
import { LegalHoldsService } from './legal-holds.service.js';

const VALUES_MAX = 100;
const KINDS_MAX = 100;
const HOLDS_MAX = 10_000;

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

class Asked {
  @Field({ data: 'operational', purpose: 'whether it is done, or another key holder must confirm it' })
  @IsIn(['asked', 'done'])
  outcome!: 'asked' | 'done';
}

class PlacedHold extends Asked {
  @Field({ data: 'operational', purpose: 'names the hold from now on; nothing until it is confirmed' })
  @IsString()
  hold!: string;
}

class HeldKind {
  @Field({ data: 'operational', purpose: 'of which kind the records are' })
  @IsString()
  kind!: string;

  @Field({ data: 'operational', purpose: 'how many records the hold names' })
  @IsInt()
  named!: number;

  @Field({ data: 'operational', purpose: 'how many of them are kept for the custodian' })
  @IsInt()
  kept!: number;
}

class HoldInList {
  @Field({ data: 'operational', purpose: 'which hold' })
  @IsString()
  id!: string;

  @NestedListField({ data: 'operational', purpose: 'what it keeps' }, () => HeldKind, KINDS_MAX)
  kinds!: readonly HeldKind[];
}

class Holds {
  @NestedListField({ data: 'operational', purpose: 'every hold of this service' }, () => HoldInList, HOLDS_MAX)
  holds!: readonly HoldInList[];
}

class LiftedHold extends Asked {
  @Field({ data: 'operational', purpose: 'whether there was such a hold; false until it is confirmed' })
  @IsBoolean()
  lifted!: boolean;
}

class ExportedRecords extends Asked {
  @Field({ data: 'sealed', purpose: 'opened by the custodian, on a machine of their own; none until it is confirmed' })
  @IsString({ each: true })
  sealed!: readonly string[];
}

/**
 * Legal holds, for custodians alone, two of whom want the same each time. Records under a hold are exported sealed: the
 * service cannot read them.
 */
@InternalController('v1/legal-holds')
export class LegalHoldsController {
  constructor(private readonly holds: LegalHoldsService) {}

  @Post('place')
  @HttpCode(200)
  @SignedBy('custodian')
  @Operation('legal-hold-place')
  @Answers(PlacedHold, 'Keeps the named records of a household for the custodian, after a second key holder confirms.')
  async place(@Act() act: StaffAct, @ContractBody(PlaceHold) { kind, values }: PlaceHold): Promise<PlacedHold> {
    const wish = { kind, values: values.map((value) => Buffer.from(value, 'base64url')) };
    const placed = await told(() => this.holds.place(wish, act));
    return placed.outcome === 'asked' ? { outcome: 'asked', hold: '' } : { outcome: 'done', hold: placed.result };
  }

  @Post('list')
  @HttpCode(200)
  @SignedBy('custodian')
  @ReadsOnly()
  @Operation('legal-hold-list')
  @Answers(Holds, 'Lists all holds with counts.')
  async list(): Promise<Holds> {
    return { holds: await this.holds.list() };
  }

  @Post('lift')
  @HttpCode(200)
  @SignedBy('custodian')
  @Operation('legal-hold-lift')
  @Answers(LiftedHold, 'Ends a hold and removes what it kept, after a second key holder confirms.')
  async lift(@Act() act: StaffAct, @ContractBody(NamedHold) { hold }: NamedHold): Promise<LiftedHold> {
    const lifted = await told(() => this.holds.lift(hold, act));
    return { outcome: lifted.outcome, lifted: lifted.outcome === 'done' && lifted.result };
  }

  /** The records are sealed to the custodian's key, who opens them on another machine. */
  @Post('export')
  @HttpCode(200)
  @SignedBy('custodian')
  @Operation('legal-hold-export')
  @Answers(ExportedRecords, 'Gives the kept records, sealed to the custodian, after a second key holder confirms.')
  async export(@Act() act: StaffAct, @ContractBody(NamedHold) { hold }: NamedHold): Promise<ExportedRecords> {
    const exported = await told(() => this.holds.export(hold, act));
    const kept = exported.outcome === 'done' ? exported.result : [];
    return { outcome: exported.outcome, sealed: kept.map((each) => Buffer.from(each).toString('base64url')) };
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
