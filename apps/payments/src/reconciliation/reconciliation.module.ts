import { Module } from '@nestjs/common';
import { DisbursementModule } from '../disbursement/index.js';
import { LedgerModule } from '../ledger/index.js';
import { RailsModule } from '../rails/index.js';
import { HeldController } from './held.controller.js';
import { HeldRepository } from './held.repository.js';
import { HeldService } from './held.service.js';
import { HoldController } from './hold.controller.js';
import { HoldRepository } from './hold.repository.js';
import { HoldService } from './hold.service.js';
import { HoldWorker } from './hold.worker.js';
import { ProposalRepository } from './proposal.repository.js';
import { ReconciliationRepository } from './reconciliation.repository.js';
import { ReconciliationService } from './reconciliation.service.js';

/** What only people can settle, two of them together: books that were restored, and payments that contradict them. */
@Module({
  imports: [LedgerModule, RailsModule, DisbursementModule],
  controllers: [HoldController, HeldController],
  providers: [
    HeldRepository,
    HeldService,
    HoldRepository,
    HoldService,
    HoldWorker,
    ProposalRepository,
    ReconciliationRepository,
    ReconciliationService,
  ],
})
export class ReconciliationModule {}
