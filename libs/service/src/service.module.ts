import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Service } from '#libs/contracts';
import { AuditModule } from './audit/audit.module.js';
import { LimitsModule } from './limits/limits.module.js';
import { AuthModule } from './auth/auth.module.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { FoundationModule } from './foundation.module.js';
import { HealthModule } from './health/health.module.js';
import { ItemsModule } from './items/items.module.js';
import { KeysModule } from './keys/keys.module.js';
import { LegalHoldModule } from './legal-hold/legal-hold.module.js';
import { MessagingModule } from './messaging/messaging.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { RecordsModule } from './records/records.module.js';
import { NightlyModule } from './records/nightly.module.js';
import { SchedulingModule } from './scheduling/scheduling.module.js';
import { databaseOf } from './definition/database-of.js';
import { entitiesOf } from './definition/entities.js';
import type { ServiceDefinition } from './definition/service-definition.js';
import { SERVICE_NAME } from './config/service-name.js';

/** The modules that every service needs. Its own module imports this one once. */
@Global()
@Module({})
export class ServiceModule {
  static for<S extends Service>(definition: ServiceDefinition<S>): DynamicModule {
    const { service, config, secretSeries = [] } = definition;
    return {
      module: ServiceModule,
      imports: [
        ConfigModule.for(config),
        FoundationModule,
        SchedulingModule,
        HealthModule,
        ItemsModule,
        MetricsModule,
        KeysModule.for({ service, series: secretSeries }),
        DatabaseModule.for({
          service,
          entities: entitiesOf(definition),
          migrations: definition.migrations,
          declaration: databaseOf(definition),
        }),
        RecordsModule.for(definition),
        MessagingModule.for(service),
        NightlyModule,
        AuditModule,
        LimitsModule,
        AuthModule,
        OpenApiModule,
        OperationsModule,
        LegalHoldModule,
      ],
      providers: [{ provide: SERVICE_NAME, useValue: service }],
      exports: [SERVICE_NAME],
    };
  }
}
