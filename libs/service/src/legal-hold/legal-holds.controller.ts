import { HttpCode, Post } from '@nestjs/common';
import { ArrayMaxSize, ArrayMinSize, IsArray, Matches } from 'class-validator';
import { Transactions } from '#libs/bus';
import { Field, IsBytes, type Service } from '#libs/contracts';
import { LegalHolds, RecordsError, type HoldSummary } from '#libs/records';
import { SignedBy } from '../auth/access.js';
import { ContractBody, Person } from '../auth/caller.js';
import { InternalController } from '../http/internal-controller.js';
import { Problem } from '../problem/problem.js';
import { Log } from '../log/log.js';

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
@InternalController('v1/legal-holds')
export class LegalHoldsController {
  constructor(
    private readonly transactions: Transactions<Service>,
    private readonly holds: LegalHolds,
    private readonly log: Log,
  ) {}

  @Post('place')
  @HttpCode(200)
  @SignedBy('custodian')
  async place(@Person() by: string, @ContractBody(PlaceHold) { kind, values }: PlaceHold): Promise<{ hold: string }> {
    this.record('place', by);
    const wish = { kind, values: values.map((value) => Buffer.from(value, 'base64url')) };
    return { hold: await told(() => this.transactions.run(({ tx }) => this.holds.placeHold(tx, wish))) };
  }

  @Post('list')
  @HttpCode(200)
  @SignedBy('custodian')
  async list(@Person() by: string): Promise<{ holds: readonly HoldSummary[] }> {
    this.record('list', by);
    return { holds: await this.transactions.run(({ tx }) => this.holds.listHolds(tx)) };
  }

  @Post('lift')
  @HttpCode(200)
  @SignedBy('custodian')
  async lift(@Person() by: string, @ContractBody(NamedHold) { hold }: NamedHold): Promise<{ lifted: boolean }> {
    this.record('lift', by);
    return { lifted: await told(() => this.transactions.run(({ tx }) => this.holds.liftHold(tx, hold))) };
  }

  /** Sealed to the custodian's key; opened on a machine of the custodian's own. */
  @Post('export')
  @HttpCode(200)
  @SignedBy('custodian')
  async export(
    @Person() by: string,
    @ContractBody(NamedHold) { hold }: NamedHold,
  ): Promise<{ sealed: readonly string[] }> {
    this.record('export', by);
    const kept = await this.transactions.run(({ tx }) => this.holds.exportHeld(tx, hold));
    return { sealed: kept.map((each) => Buffer.from(each).toString('base64url')) };
  }

  private record(what: string, by: string): void {
    this.log.write('info', 'operation', { operation: `legal-hold-${what}`, by });
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
