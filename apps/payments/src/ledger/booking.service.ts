import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';
import { CityProfile, Clock } from '#libs/service';
import { bookingOf } from '../domain/booking.js';
import type { ChainLink, LedgerChange } from '../domain/ledger.js';
import { BookPseudonyms } from '../pseudonyms.js';
import { LedgerRepository } from './ledger.repository.js';

/**
 * Books changes of obligations. It writes instruments, entries, balances and limits together, with one link of the
 * chain.
 */
@Injectable()
export class BookingService {
  constructor(
    private readonly ledger: LedgerRepository,
    private readonly pseudonyms: BookPseudonyms,
    private readonly clock: Clock,
    private readonly city: CityProfile,
  ) {}

  /** Books a change and adds one link to the chain. The caller must have locked the head before it planned. */
  async book(tx: Tx, head: ChainLink, change: LedgerChange): Promise<void> {
    const { selection } = this.city.profile;
    const terms = { nowMs: this.clock.now().getTime(), selection, ids: this.pseudonyms };
    await this.ledger.write(tx, bookingOf(head, change, terms));
  }

  /** The reference of one generation of an instrument at the rail, base64url. */
  referenceOf(obligation: string, number: number, generation: number): string {
    return this.pseudonyms.railReferenceOf(obligation, number, generation).toString('base64url');
  }
}
