import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Pool } from 'pg';
import { inTransaction } from '#libs/database';
import { dayNumber, dayOf, type Service } from '#libs/contracts';
import { DestructionGate, holdKinds, LeaseHolder, Records } from '#libs/records';
import { Clock } from '../clock/clock.js';
import { destructionGate } from './destruction-gate.provider.js';
import { ServiceConfig } from '../config/service.config.js';
import { ROW_KEYS } from '../keys/key-directory.js';
import type { RowKeyStore } from '../keys/keys.module.js';
import { CityProfile } from '../profile/city-profile.js';
import type { ServiceDefinition } from '../definition/service-definition.js';
import { kindsOf } from './kinds.js';

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
          useFactory: async (keys: RowKeyStore, city: CityProfile, pool: Pool, clock: Clock): Promise<Records> => {
            // Records under a legal hold have no end of their own: they end when a person lifts the hold.
            const held = holdKinds(definition.kinds(city.profile));
            const records = new Records({ keys, kinds: [...kindsOf(definition, city.profile), ...held] });
            await inTransaction(pool, (tx) => records.prepare(tx, dayNumber(dayOf(clock.now()))));
            return records;
          },
          inject: [ROW_KEYS, CityProfile, Pool, Clock],
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
