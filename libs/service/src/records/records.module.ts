import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Pool } from 'pg';
import { inTransaction } from '#libs/database';
import { dayNumber, dayOf, type Service } from '#libs/contracts';
import { DestructionGate, holdKinds, LeaseHolder, Records } from '#libs/records';
import { Clock } from '../clock/clock.js';
import { destructionGate } from './destruction-gate.provider.js';
import { ServiceConfig } from '../config/service.config.js';
import { HealthChecks } from '../health/health-checks.js';
import { ROW_KEYS } from '../keys/key-directory.js';
import type { RowKeyStore } from '../keys/keys.module.js';
import { Log } from '../log/log.js';
import { CityProfile } from '../profile/city-profile.js';
import type { ServiceDefinition } from '../definition/service-definition.js';
import { DamagedRecords } from './damaged-records.js';
import { kindsOf } from './kinds.js';

type RecordsNeeds = [RowKeyStore, CityProfile, Pool, Clock, Log, HealthChecks];

/** The store of all data that is linked to a household. */
@Global()
@Module({})
export class RecordsModule {
  static for(definition: ServiceDefinition<Service>): DynamicModule {
    return {
      module: RecordsModule,
      providers: [
        {
          provide: Records,
          useFactory: async (...[keys, city, pool, clock, log, checks]: RecordsNeeds): Promise<Records> => {
            // Records under a legal hold have no end of their own: they end when a person lifts the hold.
            const held = holdKinds(definition.kinds(city.profile));
            const kinds = [...kindsOf(definition, city.profile), ...held];
            const records = new Records({ keys, kinds, onDamaged: new DamagedRecords(log, clock, checks).note });
            await inTransaction(pool, (tx) => records.prepare(tx, dayNumber(dayOf(clock.now()))));
            return records;
          },
          inject: [ROW_KEYS, CityProfile, Pool, Clock, Log, HealthChecks],
        },
        {
          provide: LeaseHolder,
          useFactory: ({ directUrl }: ServiceConfig) =>
            new LeaseHolder({ connectionString: directUrl, application_name: 'leases' }),
          inject: [ServiceConfig],
        },
        destructionGate,
      ],
      exports: [Records, LeaseHolder, DestructionGate],
    };
  }
}
