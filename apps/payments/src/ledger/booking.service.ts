import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';
import { CityProfile, Clock } from '#libs/service';
import { bookingOf } from '../domain/booking.js';
import type { ChainLink, LedgerChange } from '../domain/ledger.js';
import { BookPseudonyms } from '../pseudonyms.js';
import { LedgerRepository } from './ledger.repository.js';

/** Names of obligations for their references at the rail, by obligation; base64url. */
type RailNames = ReadonlyMap<string, string>;

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

  /**
   * Books a change and adds one link to the chain. The caller must have locked the head before it planned.
   *
   * @param railNames of obligations that the ledger does not contain yet
   */
  async book(tx: Tx, head: ChainLink, change: LedgerChange, railNames: RailNames = new Map()): Promise<void> {
    const { selection } = this.city.profile;
    const terms = { nowMs: this.clock.now().getTime(), selection, ids: this.pseudonyms, railNames };
    await this.ledger.write(tx, bookingOf(head, change, terms));
  }

  /** The reference of one generation of an instrument at the rail, base64url. */
  referenceOf(railName: string, number: number, generation: number): string {
    return this.pseudonyms.railReferenceOf(railName, number, generation).toString('base64url');
  }
}
