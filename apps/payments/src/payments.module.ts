import { Module } from '@nestjs/common';
import { caseClocksOf } from '#libs/policy';
import { ServiceModule, type ServiceDefinition } from '#libs/service';
import { PaymentsConfig } from './config.js';
import { DisbursementModule, householdKinds } from './disbursement/index.js';
import { isHouseholdOver } from './domain/clocks.js';
import { Fund, LedgerModule } from './ledger/index.js';
import { paymentsFunctions } from './migrations/0001-forgetting.js';
import { Initial1796169600000 } from './migrations/0001-initial.js';
import { paymentsSchema } from './migrations/0001-schema.js';
import { paymentsTables } from './migrations/0001-tables.js';
import { RailWorkerModule } from './rails/index.js';
import { ReconciliationModule } from './reconciliation/index.js';
import { ReleaseModule } from './release/index.js';

export const payments: ServiceDefinition<'payments'> = {
  service: 'payments',
  config: PaymentsConfig,
  kinds: (profile) => householdKinds(caseClocksOf(profile), isHouseholdOver),
  entities: [Fund],
  migrations: [Initial1796169600000],
  database: { tables: paymentsTables, functions: paymentsFunctions, schema: paymentsSchema },
};

/** Ledger, funds, release by several people, and rails. It pays each grant once and knows no person. */
@Module({
  imports: [
    ServiceModule.for(payments),
    LedgerModule,
    DisbursementModule,
    RailWorkerModule.for(DisbursementModule),
    ReleaseModule,
    ReconciliationModule,
  ],
})
export class PaymentsModule {}
