import { Global, Module } from '@nestjs/common';
import type { Service } from '#libs/contracts';
import { Clock, clockFrom } from './clock/clock.js';
import { ServiceConfig } from './config/service.config.js';
import { useSetting } from './config/use-setting.js';
import { createLog, Log } from './log/log.js';
import { CityProfile } from './profile/city-profile.js';
import { SERVICE_NAME } from './config/service-name.js';

/** The providers that every other module needs: the clock, the log, the city's profile. */
@Global()
@Module({
  providers: [
    { provide: Clock, useFactory: (config: ServiceConfig) => clockFrom(config), inject: [ServiceConfig] },
    {
      provide: Log,
      useFactory: (service: Service, clock: Clock) => createLog(service, undefined, clock),
      inject: [SERVICE_NAME, Clock],
    },
    {
      provide: CityProfile,
      useFactory: ({ profilePath }: ServiceConfig) => useSetting('PROFILE', () => CityProfile.read(profilePath)),
      inject: [ServiceConfig],
    },
  ],
  exports: [Clock, Log, CityProfile],
})
export class FoundationModule {}
