import { Get, Global, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Public } from '../auth/access.js';
import { InternalController } from '../http/internal-controller.js';
import { DoorMetrics } from './door-metrics.js';
import { Answers } from '../openapi/answers.js';

@InternalController('metrics')
class MetricsController {
  constructor(private readonly registry: Registry) {}

  @Public()
  @Get()
  @Answers(
    { mediaType: 'text/plain; version=0.0.4', schema: { type: 'string' } },
    'Gives the metrics of this process to Prometheus.',
  )
  show(): Promise<string> {
    return this.registry.metrics();
  }
}

/** The registry in which every part of a service declares its metrics. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [DoorMetrics, { provide: Registry, useFactory: () => new Registry() }],
  exports: [Registry],
})
export class MetricsModule {}
