import { Module } from '@nestjs/common';
import { PaymentsConfig } from '../../config.js';
import { CashCodeRail } from './cash-code.adapter.js';

/** The rail for cash against a one-time code. */
@Module({
  providers: [
    {
      provide: CashCodeRail,
      useFactory: ({ railUrl }: PaymentsConfig) => new CashCodeRail(railUrl),
      inject: [PaymentsConfig],
    },
  ],
  exports: [CashCodeRail],
})
export class CashModule {}
