import { Module } from '@nestjs/common';
import { LegalHolds, Records } from '#libs/records';
import { ServiceConfig } from '../config/service.config.js';
import { LegalHoldsController } from './legal-holds.controller.js';
import { LegalHoldsService } from './legal-holds.service.js';

@Module({
  controllers: [LegalHoldsController],
  providers: [
    LegalHoldsService,
    {
      provide: LegalHolds,
      useFactory: (records: Records, { custodianKey }: ServiceConfig) => new LegalHolds(records, custodianKey),
      inject: [Records, ServiceConfig],
    },
  ],
})
export class LegalHoldModule {}
