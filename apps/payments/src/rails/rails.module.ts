import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { LedgerModule } from '../ledger/index.js';
import { CashCodeRail, CashModule } from './cash/index.js';
import { InstrumentQueueRepository } from './instrument-queue.repository.js';
import type { Rail } from './rail.adapter.js';
import { RailRegistry } from './rail-registry.service.js';
import { RailWorker } from './rail.worker.js';

/** The rails that there are. A further one is a folder of its own, and one more name in `inject`. */
@Module({
  imports: [CashModule],
  providers: [
    { provide: RailRegistry, useFactory: (...rails: Rail[]) => new RailRegistry(rails), inject: [CashCodeRail] },
  ],
  exports: [RailRegistry],
})
export class RailsModule {}

/** Carries instruments to the rails. Apart from them, because whoever takes their answers has to know the rails. */
@Module({})
export class RailWorkerModule {
  /** @param answered the module that exports `RailOutcomes` */
  static for(answered: Type): DynamicModule {
    return {
      module: RailWorkerModule,
      imports: [LedgerModule, RailsModule, answered],
      providers: [InstrumentQueueRepository, RailWorker],
    };
  }
}
