import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { LedgerModule } from '../ledger/index.js';
import { CashCodeRail, CashModule } from './cash/index.js';
import { InstrumentQueueRepository } from './instrument-queue.repository.js';
import { PullBackWorker } from './pull-back.worker.js';
import { RailClaimService } from './rail-claim.service.js';
import type { Rail } from './rail.adapter.js';
import { RailRegistry } from './rail-registry.service.js';
import { RailWorker } from './rail.worker.js';

/** All rails. To add one, add a folder and a name in `inject`. */
@Module({
  imports: [CashModule],
  providers: [
    { provide: RailRegistry, useFactory: (...rails: Rail[]) => new RailRegistry(rails), inject: [CashCodeRail] },
  ],
  exports: [RailRegistry],
})
export class RailsModule {}

/**
 * Sends instruments to the rails. It is a module of its own, because the module that applies outcomes needs
 * `RailsModule`.
 */
@Module({})
export class RailWorkerModule {
  /** @param answered the module that exports `RailOutcomes` */
  static for(answered: Type): DynamicModule {
    return {
      module: RailWorkerModule,
      imports: [LedgerModule, RailsModule, answered],
      providers: [InstrumentQueueRepository, PullBackWorker, RailClaimService, RailWorker],
    };
  }
}
