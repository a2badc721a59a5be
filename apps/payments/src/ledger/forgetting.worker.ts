import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { dayNumber, HOUR_MS } from '#libs/contracts';
import { DestructionGate } from '#libs/records';
import { CityProfile, Workers, type Worker } from '#libs/service';
import { mondayOf } from '../domain/calendar.js';
import { AnchorService } from './anchor.service.js';
import { ChainRepository } from './chain.repository.js';
import { ForgettingRepository, type OldestKept } from './forgetting.repository.js';

/**
 * Removes from the ledger what ends by its day: the site, the references at the rail and the exact day of a payment
 * that can no longer be disputed, and the limits of past hours and weeks. A frozen ledger forgets no reference,
 * because it is being compared with the rails.
 */
@Injectable()
export class ForgettingWorker implements OnApplicationBootstrap {
  private readonly worker: Worker;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly repository: ForgettingRepository,
    private readonly chain: ChainRepository,
    private readonly anchor: AnchorService,
    private readonly gate: DestructionGate,
    private readonly city: CityProfile,
    workers: Workers,
  ) {
    this.worker = workers.make({ name: 'forgetting', pollMs: HOUR_MS, work: () => this.runRound() });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
    this.gate.onAccepted(() => this.worker.wake());
  }

  /** One round. @returns of how many obligations something was forgotten; 0: no further round is urgent */
  runRound(): Promise<number> {
    return this.transactions.run(async ({ tx }) => {
      // The head comes first, as in every change of the ledger.
      await this.chain.lock(tx);
      const permit = await this.gate.permit(tx);
      if (permit === undefined) return 0;
      const oldest = this.oldestOn(dayNumber(permit.day));
      await this.repository.removePast(tx, oldest);
      await this.repository.pullBack(tx, oldest);
      if ((await this.anchor.status(tx)).freeze !== undefined) return 0;
      return this.repository.forgetSettled(tx, oldest);
    });
  }

  private oldestOn(today: number): OldestKept {
    const { disputeDays, reopenDays, longestDays } = this.city.clocks;
    const closed = today - disputeDays;
    return { today, closed, untouched: closed - reopenDays - longestDays, week: mondayOf(today) };
  }
}
