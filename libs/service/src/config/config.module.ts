import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { environment, ENVIRONMENT, type Environment } from './environment.js';
import { ServiceConfig } from './service.config.js';
import { readConfig } from './setting.js';

/** Reads and checks the settings once. Provides them under `ServiceConfig` and under the service's own class. */
@Global()
@Module({})
export class ConfigModule {
  static for(type: new () => ServiceConfig): DynamicModule {
    const providers: Provider[] = [
      { provide: ENVIRONMENT, useFactory: environment },
      { provide: type, useFactory: (env: Environment) => readConfig(type, env), inject: [ENVIRONMENT] },
    ];
    if (type !== ServiceConfig) providers.push({ provide: ServiceConfig, useExisting: type });
    return { module: ConfigModule, providers, exports: [type, ServiceConfig] };
  }
}
