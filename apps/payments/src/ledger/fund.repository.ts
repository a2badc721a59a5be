import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Tx } from '#libs/database';
import { In, Not, Repository } from 'typeorm';
import { Fund } from './fund.entity.js';

/** Rules of the funds, and which funds were given money. */
@Injectable()
export class FundRepository {
  constructor(@InjectRepository(Fund) private readonly funds: Repository<Fund>) {}

  /** Replaces the rules. A fund that the profile no longer names keeps its money and entries, and pays nothing. */
  async save(funds: readonly Fund[]): Promise<void> {
    await this.funds.upsert([...funds], ['code']);
    await this.funds.update({ code: Not(In(funds.map(({ code }) => code))) }, { mayPayGrants: false });
  }

  /** Names of the accounts that were given something. */
  async given(tx: Tx): Promise<ReadonlySet<string>> {
    const { rows } = await tx.query(`SELECT name FROM account WHERE name LIKE '%/given'`);
    return new Set((rows as { name: string }[]).map(({ name }) => name));
  }
}
