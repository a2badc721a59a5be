import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Tx } from '#libs/database';
import { In, Not, Repository } from 'typeorm';
import { Fund } from './fund.entity.js';

/** Rules of the funds, and which of them have been given money. */
@Injectable()
export class FundRepository {
  constructor(@InjectRepository(Fund) private readonly funds: Repository<Fund>) {}

  /** These are the funds now. What is named no more keeps its money and its books, and pays nothing. */
  async save(funds: readonly Fund[]): Promise<void> {
    await this.funds.upsert([...funds], ['code']);
    await this.funds.update({ code: Not(In(funds.map(({ code }) => code))) }, { mayPayGrants: false });
  }

  /** Names of the accounts that have been given something. */
  async given(tx: Tx): Promise<ReadonlySet<string>> {
    const { rows } = await tx.query(`SELECT name FROM account WHERE name LIKE '%/given'`);
    return new Set((rows as { name: string }[]).map(({ name }) => name));
  }
}
