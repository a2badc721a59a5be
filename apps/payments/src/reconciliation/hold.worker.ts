import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Log, Worker } from '#libs/service';
import { AnchorService } from '../ledger/index.js';
import { HoldService } from './hold.service.js';
import { ReconciliationService } from './reconciliation.service.js';

const POLL_MS = 1_000;

/** While payments holds: compares books and rails again and again, so that what people see is what is. */
@Injectable()
export class HoldWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly worker: Worker;

  constructor(
    private readonly anchor: AnchorService,
    private readonly reconciliation: ReconciliationService,
    private readonly holds: HoldService,
    log: Log,
  ) {
    this.worker = new Worker({ name: 'hold', log, pollMs: POLL_MS, work: () => this.look() });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.worker.stop();
  }

  /** One round. @returns nothing to hurry for */
  async look(): Promise<0> {
    if ((await this.anchor.standingNow()).hold === undefined) this.holds.remember(undefined);
    else this.holds.remember(await this.reconciliation.reconcile());
    return 0;
  }
}
