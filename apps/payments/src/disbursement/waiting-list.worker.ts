import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { Clock, Workers, type Worker } from '#libs/service';
import { HOUR_MS, hourOf } from '../domain/calendar.js';
import { AnchorService } from '../ledger/index.js';
import { DisbursementService } from './disbursement.service.js';
import { WaitingListRepository } from './waiting-list.repository.js';

const POLL_MS = 5_000;
const AT_ONCE = 200;

/** Plans obligations on the waiting list and those whose site had no room in its hour, in the order of the list. */
@Injectable()
export class WaitingListWorker implements OnApplicationBootstrap {
  private readonly worker: Worker;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly waiting: WaitingListRepository,
    private readonly disbursement: DisbursementService,
    private readonly anchor: AnchorService,
    private readonly clock: Clock,
    workers: Workers,
  ) {
    this.worker = workers.make({ name: 'waiting-list', pollMs: POLL_MS, work: () => this.runRound() });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  /** One round. @returns always 0: an obligation that still waits is tried again after a pause */
  async runRound(): Promise<0> {
    await this.transactions.run(async (unit) => {
      const { tx } = unit;
      if ((await this.anchor.status(tx)).freeze !== undefined) return;
      const now = this.clock.now();
      const nextHour = new Date(hourOf(now.getTime()) + HOUR_MS);
      const rapidLeftCents = await this.disbursement.rapidLeftCents(tx);
      const nextInLine = await this.waiting.nextInLine(tx, { limit: AT_ONCE, rapidLeftCents });
      const capped = await this.waiting.claimCapped(tx, { now, nextHour, limit: AT_ONCE });
      const unplanned = await this.waiting.claimUnplanned(tx, AT_ONCE);
      await this.disbursement.tryAgain({ nextInLine, others: [...capped, ...unplanned] }, unit);
    });
    return 0;
  }
}
