import { Global, Module } from '@nestjs/common';
import { HealthChecks } from './health-checks.js';
import { HealthController, LiveController } from './health.controller.js';
import { Readiness } from './readiness.js';

@Global()
@Module({
  controllers: [LiveController, HealthController],
  providers: [HealthChecks, Readiness],
  exports: [HealthChecks, Readiness],
})
export class HealthModule {}
