import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { Clock } from '#libs/service';
import { AdminController } from './admin.controller.js';
import { BehaviourStore } from './behaviour.store.js';
import { CashController } from './cash.controller.js';
import { CashStore } from './cash.store.js';
import { JournalStore } from './journal.store.js';
import { LineInterceptor } from './line.interceptor.js';
import { RefusalFilter } from './refusal.filter.js';
import { SmsController } from './sms.controller.js';
import { SmsStore } from './sms.store.js';

@Module({})
export class RailSimulatorModule {
  static of(journal: JournalStore, clock: Clock): DynamicModule {
    return {
      module: RailSimulatorModule,
      controllers: [CashController, SmsController, AdminController],
      providers: [
        { provide: JournalStore, useValue: journal },
        { provide: Clock, useValue: clock },
        { provide: APP_INTERCEPTOR, useClass: LineInterceptor },
        { provide: APP_FILTER, useClass: RefusalFilter },
        BehaviourStore,
        CashStore,
        SmsStore,
      ],
    };
  }
}
