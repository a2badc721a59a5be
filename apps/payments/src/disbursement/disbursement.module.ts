import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/index.js';
import { GrantPseudonyms } from '../pseudonyms.js';
import { RailOutcomes, RailsModule } from '../rails/index.js';
import { DeadlinesWorker } from './deadlines.worker.js';
import { DisbursementService } from './disbursement.service.js';
import { HouseholdRepository } from './household.repository.js';
import { OnGrantAwarded } from './on-grant-awarded.js';
import { OnGrantCancelled } from './on-grant-cancelled.js';
import { OnPaymentsRequestFiled } from './on-payments-request-filed.js';
import { OnPayoutChosen } from './on-payout-chosen.js';
import { RulesService } from './rules.service.js';
import { WaitingListRepository } from './waiting-list.repository.js';
import { WaitingListWorker } from './waiting-list.worker.js';

/** Households and the obligations to them, from a grant to its end. */
@Module({
  imports: [LedgerModule, RailsModule],
  controllers: [OnPayoutChosen, OnGrantAwarded, OnGrantCancelled, OnPaymentsRequestFiled],
  providers: [
    GrantPseudonyms,
    DeadlinesWorker,
    DisbursementService,
    { provide: RailOutcomes, useExisting: DisbursementService },
    HouseholdRepository,
    RulesService,
    WaitingListRepository,
    WaitingListWorker,
  ],
  exports: [DisbursementService, RailOutcomes],
})
export class DisbursementModule {}
