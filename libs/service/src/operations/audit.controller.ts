import { HttpCode, Post } from '@nestjs/common';
import { IsInt, IsString, Max, Min } from 'class-validator';
import { Field, IsBytes, NestedListField } from '#libs/contracts';
import { AuditTrail } from '../audit/audit-trail.js';
import { ReadsOnly, SignedBy } from '../auth/access.js';
import { ContractBody } from '../auth/caller.js';
import { Operation } from '../auth/operation.js';
import { InternalController } from '../http/internal-controller.js';
import { Answers } from '../openapi/answers.js';

const ROWS_MAX = 500;

class ReadAudit {
  @Field({ data: 'operational', purpose: 'the number of the last row that the reader has' })
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  after!: number;
}

class AuditedAct {
  @Field({ data: 'operational', purpose: 'number of the act' })
  @IsInt()
  seq!: number;

  @Field({ data: 'operational', purpose: 'day of the act' })
  @IsString()
  day!: string;

  @Field({ data: 'operational', purpose: 'what was done' })
  @IsString()
  operation!: string;

  @Field({ data: 'pseudonym', purpose: 'who of the staff did it' })
  @IsString()
  person!: string;

  @Field({ data: 'operational', purpose: 'the batch, legal hold, key or day that it is about, or nothing' })
  @IsString()
  about!: string;

  @Field({ data: 'operational', purpose: 'vouches for this act and all before it' })
  @IsBytes(32)
  hash!: string;
}

class AuditPage {
  @NestedListField({ data: 'operational', purpose: 'the next acts in their order' }, () => AuditedAct, ROWS_MAX)
  acts!: readonly AuditedAct[];
}

/** Gives the acts of staff to whoever checks their chain. The reader computes the hashes again and trusts no answer. */
@InternalController('v1/operations')
export class AuditController {
  constructor(private readonly audit: AuditTrail) {}

  @Post('audit')
  @HttpCode(200)
  @SignedBy('operator')
  @ReadsOnly()
  @Operation('audit')
  @Answers(AuditPage, 'Lists acts of staff after a number, with their chain.')
  async read(@ContractBody(ReadAudit) { after }: ReadAudit): Promise<AuditPage> {
    return { acts: await this.audit.after(after, ROWS_MAX) };
  }
}
