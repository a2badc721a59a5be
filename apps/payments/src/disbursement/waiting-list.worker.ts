import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { Clock, OneByOne, Workers, type Worker } from '#libs/service';
import { HOUR_MS, hourOf } from '../domain/calendar.js';
import { AnchorService } from '../ledger/index.js';
import { DisbursementService } from './disbursement.service.js';
import { WaitingListRepository, type Waiting } from './waiting-list.repository.js';

const POLL_MS = 5_000;
const AT_ONCE = 200;

/** Plans obligations on the waiting list and those whose site had no room in its hour, in the order of the list. */
@Injectable()
export class WaitingListWorker implements OnApplicationBootstrap {
  private readonly worker: Worker;
  /** Obligations whose own data fail, and when this process tries them again (ms since 1970). */
  private readonly aside = new Map<string, number>();

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly waiting: WaitingListRepository,
    private readonly disbursement: DisbursementService,
    private readonly anchor: AnchorService,
    private readonly clock: Clock,
    private readonly items: OneByOne,
    workers: Workers,
  ) {
    this.worker = workers.make({ name: 'waiting-list', pollMs: POLL_MS, work: () => this.runRound() });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  /** One round. @returns always 0: an obligation that still waits is tried again after a pause */
  async runRound(): Promise<0> {
    const waiting = await this.nextWaiting();
    // An obligation that is next in line comes before all behind it, also if they are done in another transaction.
    const inFront: string[] = [];
    await this.items.run('waiting-list', waiting, {
      together: async (part) => {
        const nextInLine = part.filter(({ isNextInLine }) => isNextInLine).map(({ obligation }) => obligation);
        const others = part.filter(({ isNextInLine }) => !isNextInLine).map(({ obligation }) => obligation);
        await this.tryAgain({ nextInLine: [...inFront, ...nextInLine], others }, part);
        inFront.push(...nextInLine);
      },
      setAside: ({ obligation }) => {
        this.aside.set(obligation, this.clock.now().getTime() + HOUR_MS);
        return Promise.resolve();
      },
    });
    return 0;
  }

  private nextWaiting(): Promise<readonly Waiting[]> {
    const now = this.clock.now();
    for (const [obligation, until] of this.aside) if (until <= now.getTime()) this.aside.delete(obligation);
    return this.transactions.run(async ({ tx }) => {
      if ((await this.anchor.status(tx)).freeze !== undefined) return [];
      const rapidLeftCents = await this.disbursement.rapidLeftCents(tx);
      return this.waiting.next(tx, { now, rapidLeftCents, without: [...this.aside.keys()], limit: AT_ONCE });
    });
  }

  private tryAgain(
    wanted: { readonly nextInLine: readonly string[]; readonly others: readonly string[] },
    part: readonly Waiting[],
  ): Promise<void> {
    return this.transactions.run(async (unit) => {
      const { tx } = unit;
      // The ledger may have been frozen meanwhile. What was not planned then must stay on its list.
      if ((await this.anchor.status(tx)).freeze !== undefined) return;
      const now = this.clock.now();
      const nextHour = new Date(hourOf(now.getTime()) + HOUR_MS);
      const obligations = part.map(({ obligation }) => obligation);
      await this.disbursement.tryAgain(wanted, unit);
      // After the head of the chain is locked, as everywhere, so that no two transactions wait for each other.
      await this.waiting.claim(tx, obligations, { now, nextHour });
    });
  }
}
