import { Module } from '@nestjs/common';
import { DisbursementModule } from '../disbursement/index.js';
import { LedgerModule } from '../ledger/index.js';
import { RailsModule } from '../rails/index.js';
import { DisputeCounts } from './dispute-counts.service.js';
import { DisputeController } from './dispute.controller.js';
import { DisputeRepository } from './dispute.repository.js';
import { DisputeService } from './dispute.service.js';
import { LedgerFreezeController } from './ledger-freeze.controller.js';
import { LedgerFreezeRepository } from './ledger-freeze.repository.js';
import { LedgerFreezeService } from './ledger-freeze.service.js';
import { LedgerFreezeWorker } from './ledger-freeze.worker.js';
import { ProposalRepository } from './proposal.repository.js';
import { ReconciliationRepository } from './reconciliation.repository.js';
import { ReconciliationService } from './reconciliation.service.js';

/** Decisions that need two people: a frozen ledger and disputed instruments. */
@Module({
  imports: [LedgerModule, RailsModule, DisbursementModule],
  controllers: [LedgerFreezeController, DisputeController],
  providers: [
    DisputeCounts,
    DisputeRepository,
    DisputeService,
    LedgerFreezeRepository,
    LedgerFreezeService,
    LedgerFreezeWorker,
    ProposalRepository,
    ReconciliationRepository,
    ReconciliationService,
  ],
})
export class ReconciliationModule {}
