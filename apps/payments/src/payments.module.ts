import { Module } from '@nestjs/common';
import { ServiceModule, type ServiceDefinition } from '#libs/service';
import { PaymentsConfig } from './config.js';
import { DisbursementModule, householdKinds } from './disbursement/index.js';
import { HeldDesk } from './held-desk.js';
import { HoldController } from './hold.controller.js';
import { HoldDesk } from './hold-desk.js';
import { HoldWorker } from './hold-worker.js';
import { Fund, LedgerModule } from './ledger/index.js';
import { Initial1764460800000 } from './migrations/0001-initial.js';
import { Pseudonyms } from './pseudonyms.js';
import { RailsModule, RailWorkerModule } from './rails/index.js';
import { Reconciler } from './reconciler.js';
import { ReconcileStore } from './reconcile.store.js';
import { ReleaseModule } from './release/index.js';

export const paymentsSpec: ServiceDefinition<'payments'> = {
  service: 'payments',
  config: PaymentsConfig,
  kinds: householdKinds,
  entities: [Fund],
  migrations: [Initial1764460800000],
};

@Module({
  imports: [
    ServiceModule.for(paymentsSpec),
    LedgerModule,
    RailsModule,
    DisbursementModule,
    RailWorkerModule.for(DisbursementModule),
    ReleaseModule,
  ],
  controllers: [HoldController],
  providers: [HeldDesk, HoldDesk, HoldWorker, Pseudonyms, Reconciler, ReconcileStore],
})
export class PaymentsModule {}
