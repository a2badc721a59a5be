import { Module } from '@nestjs/common';
import { ServiceModule, type ServiceDefinition } from '#libs/service';
import { CashCodeRail } from './cash-code.adapter.js';
import { PaymentsConfig } from './config.js';
import { HeldDesk } from './held-desk.js';
import { HoldController } from './hold.controller.js';
import { HoldWorker } from './hold-worker.js';
import { HoldDesk } from './hold-desk.js';
import { HouseholdClock } from './household-clock.js';
import { householdKinds, HouseholdStore } from './household.store.js';
import { Fund, LedgerModule } from './ledger/index.js';
import { Tables1764028800003 } from './migrations/0001-tables.js';
import { OnGrantAwarded } from './on-grant-awarded.js';
import { OnGrantCancelled } from './on-grant-cancelled.js';
import { OnPaymentsRequestFiled } from './on-payments-request-filed.js';
import { OnPayoutChosen } from './on-payout-chosen.js';
import { PaymentDesk } from './payment-desk.js';
import { Pseudonyms } from './pseudonyms.js';
import { Rails } from './rails.js';
import { RailWorker } from './rail-worker.js';
import { Reconciler } from './reconciler.js';
import { ReconcileStore } from './reconcile.store.js';
import { ReleaseController } from './release.controller.js';
import { ReleaseStore } from './release.store.js';
import { SlotStore } from './slot.store.js';
import { WaitingList } from './waiting-list.js';

export const paymentsSpec: ServiceDefinition<'payments'> = {
  service: 'payments',
  config: PaymentsConfig,
  kinds: householdKinds,
  entities: [Fund],
  migrations: [Tables1764028800003],
};

@Module({
  imports: [ServiceModule.for(paymentsSpec), LedgerModule],
  controllers: [
    OnPayoutChosen,
    OnGrantAwarded,
    OnGrantCancelled,
    OnPaymentsRequestFiled,
    ReleaseController,
    HoldController,
  ],
  providers: [
    {
      provide: CashCodeRail,
      useFactory: ({ railUrl }: PaymentsConfig) => new CashCodeRail(railUrl),
      inject: [PaymentsConfig],
    },
    Pseudonyms,
    HeldDesk,
    HoldDesk,
    HoldWorker,
    HouseholdClock,
    HouseholdStore,
    PaymentDesk,
    Rails,
    RailWorker,
    Reconciler,
    ReconcileStore,
    ReleaseStore,
    SlotStore,
    WaitingList,
  ],
})
export class PaymentsModule {}
