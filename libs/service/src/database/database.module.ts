import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DatabaseDeclaration } from '#libs/database';
import { Pool } from 'pg';
import { DataSource, type MixedList } from 'typeorm';
import { ServiceConfig } from '../config/service.config.js';
import { CityProfile } from '../profile/city-profile.js';
import { cityMarkOf } from './city.js';
import { dataSourceOf, DirectPool, openDatabase, openPool, type ServiceDataSourceOptions } from './data-source.js';

export interface DatabaseModuleOptions {
  readonly declaration: DatabaseDeclaration;
  readonly service: string;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly entities: MixedList<Function>;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly migrations: MixedList<Function>;
}

/**
 * The service's own database. Entities use TypeORM, everything else uses the pool. The database is compared with
 * what is declared before either is used.
 */
@Global()
@Module({})
export class DatabaseModule {
  static for(options: DatabaseModuleOptions): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [ServiceConfig, CityProfile],
          useFactory: ({ directUrl: url }: ServiceConfig, { profile }: CityProfile) => ({
            ...dataSourceOf({ url, ...options }).options,
            declaration: options.declaration,
            city: cityMarkOf(options.service, profile.id),
            autoLoadEntities: false,
            // If the database cannot be reached, the process ends. Its supervisor starts it again.
            retryAttempts: 0,
          }),
          dataSourceFactory: (typeOrm) => openDatabase(typeOrm as ServiceDataSourceOptions),
        }),
      ],
      providers: [
        {
          provide: Pool,
          useFactory: ({ databaseUrl: url, databaseDirectUrl }: ServiceConfig, _checked: DataSource) =>
            openPool({ url, isPooled: databaseDirectUrl !== undefined }),
          inject: [ServiceConfig, DataSource],
        },
        {
          provide: DirectPool,
          useFactory: ({ directUrl }: ServiceConfig, _checked: DataSource) => new DirectPool(directUrl),
          inject: [ServiceConfig, DataSource],
        },
      ],
      exports: [Pool, DirectPool],
    };
  }
}
