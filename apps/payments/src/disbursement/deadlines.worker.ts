import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { DestructionGate } from '#libs/records';
import { Clock, OneByOne, Workers, type Worker } from '#libs/service';
import { DisbursementService } from './disbursement.service.js';
import { HouseholdRepository } from './household.repository.js';

const POLL_MS = 5_000;
const AT_ONCE = 200;

/** Checks the clocks of households whose day has come. Money that nobody collected goes back to its fund. */
@Injectable()
export class DeadlinesWorker implements OnApplicationBootstrap {
  private readonly worker: Worker;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly households: HouseholdRepository,
    private readonly disbursement: DisbursementService,
    private readonly clock: Clock,
    private readonly items: OneByOne,
    private readonly gate: DestructionGate,
    workers: Workers,
  ) {
    this.worker = workers.make({ name: 'clocks', pollMs: POLL_MS, work: () => this.passDay() });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  /**
   * One round. It waits while the clocks are in doubt: a household that is checked then would be checked again only by
   * the wrong clock.
   *
   * @returns the number of households that were checked
   */
  async passDay(): Promise<number> {
    const householdRefs = await this.transactions.run(async ({ tx }) =>
      (await this.gate.permit(tx)) === undefined
        ? []
        : this.households.claimWakes(tx, { now: this.clock.now(), limit: AT_ONCE }),
    );
    await this.items.run('clocks', householdRefs, {
      together: (part) => this.transactions.run((unit) => this.disbursement.passDay(part, unit)),
      setAside: (householdRef) => this.transactions.run((unit) => this.disbursement.passDayLater(householdRef, unit)),
    });
    return householdRefs.length;
  }
}
