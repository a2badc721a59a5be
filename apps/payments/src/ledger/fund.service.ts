import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { CityProfile, Clock } from '#libs/service';
import { bookingOf } from '../domain/booking.js';
import { changeOf } from '../domain/ledger.js';
import { openingPostings } from '../domain/opening.js';
import { Pseudonyms } from '../pseudonyms.js';
import { FundRepository } from './fund.repository.js';
import { LedgerRepository } from './ledger.repository.js';

/** The city's funds: their rules from the profile, their opening balance booked once. */
@Injectable()
export class FundService implements OnModuleInit {
  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly funds: FundRepository,
    private readonly ledger: LedgerRepository,
    private readonly pseudonyms: Pseudonyms,
    private readonly clock: Clock,
    private readonly city: CityProfile,
  ) {}

  async onModuleInit(): Promise<void> {
    const { funds } = this.city.profile;
    await this.funds.save(
      funds.map(({ code, kind, ways, mayPayGrants }) => ({ code, kind, ways: [...ways], mayPayGrants })),
    );
    await this.bookOpening();
  }

  private async bookOpening(): Promise<void> {
    const { funds, reservePercent, selection } = this.city.profile;
    await this.transactions.run(async ({ tx }) => {
      const head = await this.ledger.lock(tx);
      const postings = openingPostings(funds, await this.funds.given(tx), reservePercent);
      const terms = { nowMs: this.clock.now().getTime(), selection, ids: this.pseudonyms };
      await this.ledger.write(tx, bookingOf(head, changeOf([], postings), terms));
    });
  }
}
