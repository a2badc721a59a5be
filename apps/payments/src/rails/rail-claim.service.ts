import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { Clock } from '#libs/service';
import { dayNumberOf, minuteAfter, mondayOf } from '../domain/calendar.js';
import { AnchorService, ChainRepository } from '../ledger/index.js';
import { InstrumentQueueRepository, type DueInstrument } from './instrument-queue.repository.js';

/** Rounded up to the whole minute. */
const LEASE_MS = 30_000;

/** Claims instruments for the rail worker. */
@Injectable()
export class RailClaimService {
  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly queue: InstrumentQueueRepository,
    private readonly chain: ChainRepository,
    private readonly anchor: AnchorService,
    private readonly clock: Clock,
  ) {}

  /**
   * Claims due instruments and moves the anchor first. Nothing above the anchor is sent to a rail. The claim is also a
   * link of the chain, because planning takes back unclaimed instruments without an inquiry.
   *
   * @param without references that rest for some seconds
   */
  async claim(limit: number, without: readonly string[]): Promise<readonly DueInstrument[]> {
    if (!(await this.anchor.advance())) return [];
    const due = await this.transactions.run(async ({ tx }) => {
      // This query runs before the head of the chain is locked.
      if (!(await this.queue.isAnyDue(tx, this.clock.now(), without))) return [];
      const head = await this.chain.lock(tx);
      // The connection may lead to another database than a moment ago.
      const { freeze, anchored } = await this.anchor.status(tx);
      if (freeze !== undefined) return [];
      const now = this.clock.now();
      const leasedUntil = new Date(minuteAfter(now.getTime() + LEASE_MS));
      const claimed = await this.queue.claimDue(tx, { now, leasedUntil, limit, anchored: anchored.seq, without });
      const first = claimed.filter(({ isFirst }) => isFirst).map(nameOf);
      const week = mondayOf(dayNumberOf(now.getTime()));
      if (first.length > 0) await this.chain.extend(tx, head, { vouched: { claimed: first }, week });
      return claimed;
    });
    return due.some(({ isFirst }) => isFirst) && !(await this.anchor.advance()) ? [] : due;
  }
}

/** An instrument without its reference at the rail, which is not kept for ever. */
function nameOf({ obligation, number, generation }: DueInstrument): object {
  return { obligation, number, generation };
}
