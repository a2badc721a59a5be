import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/index.js';
import { RailsModule } from '../rails/index.js';
import { ReleaseCounts } from './release-counts.service.js';
import { ReleaseController } from './release.controller.js';
import { ReleaseRepository } from './release.repository.js';
import { ReleaseService } from './release.service.js';

/** Release by several people. */
@Module({
  imports: [LedgerModule, RailsModule],
  controllers: [ReleaseController],
  providers: [ReleaseCounts, ReleaseRepository, ReleaseService],
})
export class ReleaseModule {}
