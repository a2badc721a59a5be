import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RUNTIME, Worker, type Runtime } from '#libs/service';
import { AnchorKeeper } from './anchor-keeper.js';
import { HoldDesk } from './hold-desk.js';
import { Reconciler } from './reconciler.js';

const POLL_MS = 1_000;

/** While payments holds: compares books and rails again and again, so that what people see is what is. */
@Injectable()
export class HoldWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly worker: Worker;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<'payments'>,
    @Inject(AnchorKeeper) private readonly anchor: AnchorKeeper,
    @Inject(Reconciler) private readonly reconciler: Reconciler,
    @Inject(HoldDesk) private readonly holds: HoldDesk,
  ) {
    this.worker = new Worker({ name: 'hold', log: runtime.log, pollMs: POLL_MS, work: () => this.look() });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.worker.stop();
  }

  /** One round. @returns nothing to hurry for */
  async look(): Promise<0> {
    if ((await this.anchor.standing(this.runtime.pool)).hold === undefined) this.holds.take(undefined);
    else this.holds.take(await this.reconciler.reconcile());
    return 0;
  }
}
