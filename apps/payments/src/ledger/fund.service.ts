import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { CityProfile } from '#libs/service';
import { changeOf } from '../domain/ledger.js';
import { openingPostings } from '../domain/opening.js';
import { BookingService } from './booking.service.js';
import { FundRepository } from './fund.repository.js';
import { LedgerRepository } from './ledger.repository.js';

/** Loads the rules of the funds from the profile and books each opening balance once. */
@Injectable()
export class FundService implements OnModuleInit {
  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly funds: FundRepository,
    private readonly ledger: LedgerRepository,
    private readonly booking: BookingService,
    private readonly city: CityProfile,
  ) {}

  async onModuleInit(): Promise<void> {
    const { funds } = this.city.profile;
    await this.funds.save(
      funds.map(({ code, kind, payoutMethods, mayPayGrants }) => ({
        code,
        kind,
        payoutMethods: [...payoutMethods],
        mayPayGrants,
      })),
    );
    await this.bookOpening();
  }

  private async bookOpening(): Promise<void> {
    const { funds, reservePercent } = this.city.profile;
    await this.transactions.run(async ({ tx }) => {
      const head = await this.ledger.lock(tx);
      const postings = openingPostings(funds, await this.funds.given(tx), reservePercent);
      await this.booking.book(tx, head, changeOf([], postings));
    });
  }
}
