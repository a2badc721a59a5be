import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Workers, type Worker } from '#libs/service';
import { AnchorService } from '../ledger/index.js';
import { LedgerFreezeService } from './ledger-freeze.service.js';
import { ReconciliationService } from './reconciliation.service.js';

const POLL_MS = 1_000;

/** Compares ledger and rails repeatedly while the ledger is frozen, so that people see the present state. */
@Injectable()
export class LedgerFreezeWorker implements OnApplicationBootstrap {
  private readonly worker: Worker;

  constructor(
    private readonly anchor: AnchorService,
    private readonly reconciliation: ReconciliationService,
    private readonly freezes: LedgerFreezeService,
    workers: Workers,
  ) {
    this.worker = workers.make({ name: 'ledger-freeze', pollMs: POLL_MS, work: () => this.look() });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  /** One round. @returns always 0 */
  async look(): Promise<0> {
    if ((await this.anchor.statusNow()).freeze === undefined) this.freezes.remember(undefined);
    else this.freezes.remember(await this.reconciliation.reconcile());
    return 0;
  }
}
