import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { useSetting } from '#libs/service';
import { PaymentsConfig } from '../config.js';
import { BookPseudonyms } from '../pseudonyms.js';
import { Anchor, AnchorFile } from './anchor-file.adapter.js';
import { AnchorService } from './anchor.service.js';
import { BookingService } from './booking.service.js';
import { BooksController } from './books.controller.js';
import { BooksRepository } from './books.repository.js';
import { BooksService } from './books.service.js';
import { ChainRepository } from './chain.repository.js';
import { ForgettingRepository } from './forgetting.repository.js';
import { ForgettingWorker } from './forgetting.worker.js';
import { Fund } from './fund.entity.js';
import { FundRepository } from './fund.repository.js';
import { FundService } from './fund.service.js';
import { LedgerRepository } from './ledger.repository.js';

/** The ledger: append-only, double entry, one hash link for each commit, anchored outside the database. */
@Module({
  imports: [TypeOrmModule.forFeature([Fund])],
  controllers: [BooksController],
  providers: [
    {
      provide: Anchor,
      useFactory: ({ anchorFolder }: PaymentsConfig) =>
        useSetting('ANCHOR', () => new AnchorFile(join(anchorFolder, 'payments.json'))),
      inject: [PaymentsConfig],
    },
    BookPseudonyms,
    AnchorService,
    BookingService,
    BooksRepository,
    BooksService,
    ChainRepository,
    ForgettingRepository,
    ForgettingWorker,
    FundRepository,
    FundService,
    LedgerRepository,
  ],
  exports: [AnchorService, BookingService, ChainRepository, LedgerRepository],
})
export class LedgerModule {}
