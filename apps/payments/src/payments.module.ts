import { Module } from '@nestjs/common';
import { ServiceModule, type ServiceDefinition } from '#libs/service';
import { PaymentsConfig } from './config.js';
import { DisbursementModule, householdKinds } from './disbursement/index.js';
import { HeldDesk } from './held-desk.js';
import { HoldController } from './hold.controller.js';
import { HoldDesk } from './hold-desk.js';
import { HoldWorker } from './hold-worker.js';
import { Fund, LedgerModule } from './ledger/index.js';
import { Tables1764028800003 } from './migrations/0001-tables.js';
import { Pseudonyms } from './pseudonyms.js';
import { RailsModule, RailWorkerModule } from './rails/index.js';
import { Reconciler } from './reconciler.js';
import { ReconcileStore } from './reconcile.store.js';
import { ReleaseController } from './release.controller.js';
import { ReleaseStore } from './release.store.js';

export const paymentsSpec: ServiceDefinition<'payments'> = {
  service: 'payments',
  config: PaymentsConfig,
  kinds: householdKinds,
  entities: [Fund],
  migrations: [Tables1764028800003],
};

@Module({
  imports: [
    ServiceModule.for(paymentsSpec),
    LedgerModule,
    RailsModule,
    DisbursementModule,
    RailWorkerModule.for(DisbursementModule),
  ],
  controllers: [ReleaseController, HoldController],
  providers: [HeldDesk, HoldDesk, HoldWorker, Pseudonyms, Reconciler, ReconcileStore, ReleaseStore],
})
export class PaymentsModule {}
