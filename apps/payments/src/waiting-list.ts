import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { Log, Worker } from '#libs/service';
import { AnchorService } from './ledger/index.js';
import { PaymentDesk, type Work } from './payment-desk.js';
import { SlotStore } from './slot.store.js';

const POLL_MS = 5_000;
const TURNS_AT_ONCE = 200;

/** Lets those on the waiting list, and those whose site's hour was full, try again, in the order of the list. */
@Injectable()
export class WaitingList implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly worker: Worker;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly slots: SlotStore,
    private readonly desk: PaymentDesk,
    private readonly anchor: AnchorService,
    log: Log,
  ) {
    const work = (): Promise<number> => this.giveTurns();
    this.worker = new Worker({ name: 'waiting-list', log, pollMs: POLL_MS, work });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.worker.stop();
  }

  /** One round. @returns nothing to hurry for: who has to go on waiting is asked again after a rest */
  async giveTurns(): Promise<0> {
    await this.transactions.run(async (unit) => {
      if ((await this.anchor.standing(unit.tx)).hold !== undefined) return;
      const turns = await this.slots.turns(unit.tx, TURNS_AT_ONCE, await this.desk.rapidLeftCents(unit.tx));
      const capped = await this.slots.takeCapped(unit.tx, TURNS_AT_ONCE);
      const unplanned = await this.slots.takeUnplanned(unit.tx, TURNS_AT_ONCE);
      const all = [...turns, ...capped, ...unplanned];
      const handles = await this.desk.linked(unit.tx, all);
      const works = all.flatMap((obligation): Work[] => {
        const handle = handles.get(obligation);
        return handle === undefined
          ? []
          : [{ handle, commands: [], turns: turns.includes(obligation) ? [obligation] : [] }];
      });
      await this.desk.take(works, unit);
    });
    return 0;
  }
}
