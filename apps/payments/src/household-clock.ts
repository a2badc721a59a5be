import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { Log, Worker } from '#libs/service';
import { HouseholdStore } from './household.store.js';
import { PaymentDesk } from './payment-desk.js';

const POLL_MS = 5_000;
const AT_ONCE = 200;

/** Looks at the clocks of households whose day has come: what nobody came for goes back to its fund. */
@Injectable()
export class HouseholdClock implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly worker: Worker;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly households: HouseholdStore,
    private readonly desk: PaymentDesk,
    log: Log,
  ) {
    const work = (): Promise<number> => this.passDay();
    this.worker = new Worker({ name: 'clocks', log, pollMs: POLL_MS, work });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.worker.stop();
  }

  /** One round. @returns how many households were looked at */
  passDay(): Promise<number> {
    return this.transactions.run(async (unit) => {
      const handles = await this.households.takeWakes(unit.tx, AT_ONCE);
      await this.desk.take(
        handles.map((handle) => ({ handle, commands: [] })),
        unit,
      );
      await this.households.sleep(unit.tx, handles);
      return handles.length;
    });
  }
}
