import { Get, Global, Header, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Public } from '../auth/access.js';
import { InternalController } from '../http/internal-controller.js';

@InternalController('metrics')
class MetricsController {
  constructor(private readonly registry: Registry) {}

  @Public()
  @Get()
  @Header('content-type', 'text/plain; version=0.0.4')
  show(): Promise<string> {
    return this.registry.metrics();
  }
}

/** The registry in which every part of a service declares its metrics. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [{ provide: Registry, useFactory: () => new Registry() }],
  exports: [Registry],
})
export class MetricsModule {}
