import { Module } from '@nestjs/common';
import { dayNumber } from '#libs/contracts';
import { caseClocksOf, type Profile } from '#libs/policy';
import { fromBody, isOutlived, type KindSpec } from '#libs/records';
import { keptUntil } from '../domain/clocks.js';
import type { HouseholdRecord } from '../domain/work.js';
import { LedgerModule } from '../ledger/index.js';
import { Pseudonyms } from '../pseudonyms.js';
import { RailAnswers, RailsModule } from '../rails/index.js';
import { DeadlinesWorker } from './deadlines.worker.js';
import { DisbursementService } from './disbursement.service.js';
import { GRANT, HOUSEHOLD, HouseholdRepository, OBLIGATION, WAKE } from './household.repository.js';
import { OnGrantAwarded } from './on-grant-awarded.js';
import { OnGrantCancelled } from './on-grant-cancelled.js';
import { OnPaymentsRequestFiled } from './on-payments-request-filed.js';
import { OnPayoutChosen } from './on-payout-chosen.js';
import { WaitingListRepository } from './waiting-list.repository.js';
import { WaitingListWorker } from './waiting-list.worker.js';

/** What is kept of households, and for how long. */
export function householdKinds(profile: Profile): readonly KindSpec[] {
  const clocks = caseClocksOf(profile);
  return [
    {
      kind: HOUSEHOLD,
      sizeBytes: 4_096,
      work: false,
      isOver: (body, today) => keptUntil(fromBody<HouseholdRecord>(body).state, clocks) < dayNumber(today),
    },
    { kind: GRANT, sizeBytes: 192, work: false, isOver: isOutlived },
    { kind: OBLIGATION, sizeBytes: 192, work: false, isOver: isOutlived },
    { kind: WAKE, sizeBytes: 192, work: true, isOver: isOutlived },
  ];
}

/** Households and what is owed to them, from a grant to its end. */
@Module({
  imports: [LedgerModule, RailsModule],
  controllers: [OnPayoutChosen, OnGrantAwarded, OnGrantCancelled, OnPaymentsRequestFiled],
  providers: [
    Pseudonyms,
    DeadlinesWorker,
    DisbursementService,
    { provide: RailAnswers, useExisting: DisbursementService },
    HouseholdRepository,
    WaitingListRepository,
    WaitingListWorker,
  ],
  exports: [DisbursementService, RailAnswers],
})
export class DisbursementModule {}
