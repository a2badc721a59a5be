import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Transactions } from '#libs/bus';
import { CityProfile } from '#libs/service';
import { In, Not, Repository } from 'typeorm';
import { setAsideCents, type Posting } from './domain/money.js';
import { Fund } from './fund.entity.js';
import { LedgerStore } from './ledger.store.js';

/** The city's funds: their rules from the profile, their opening balance booked once. */
@Injectable()
export class FundStore implements OnModuleInit {
  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly city: CityProfile,
    @InjectRepository(Fund) private readonly funds: Repository<Fund>,
    private readonly ledger: LedgerStore,
  ) {}

  async onModuleInit(): Promise<void> {
    const { profile } = this.city;
    await this.funds.upsert(
      profile.funds.map(({ code, kind, ways, mayPayGrants }) => ({ code, kind, ways: [...ways], mayPayGrants })),
      ['code'],
    );
    // What the profile names no more keeps its money and its books, and pays nothing.
    const codes = profile.funds.map(({ code }) => code);
    await this.funds.update({ code: Not(In(codes)) }, { mayPayGrants: false });
    await this.bookOpening();
  }

  private async bookOpening(): Promise<void> {
    const { profile } = this.city;
    await this.transactions.run(async ({ tx }) => {
      const head = await this.ledger.lock(tx);
      const { rows } = await tx.query(`SELECT name FROM account WHERE name LIKE '%/given'`);
      const known = new Set((rows as { name: string }[]).map(({ name }) => name));
      const postings = profile.funds
        .filter(({ code, openingCents }) => openingCents > 0n && !known.has(`${code}/given`))
        .flatMap(({ code, openingCents }): Posting[] => {
          const kept = setAsideCents(openingCents, profile.reservePercent);
          const line = { fund: code, from: 'given', obligation: undefined } as const;
          return [
            { ...line, to: 'available', amountCents: openingCents - kept },
            ...(kept > 0n ? [{ ...line, to: 'set-aside', amountCents: kept } as const] : []),
          ];
        });
      if (postings.length > 0)
        await this.ledger.write(tx, head, { obligations: [], postings, rapid: [], released: [] });
    });
  }
}
