import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';

/** What a service knows of its own state. Counts and codes only. */
export interface HealthReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, boolean | number | string>>;
}

export interface Health {
  report(): Promise<HealthReport>;
}

export const HEALTH = Symbol('health');
export const METRICS = Symbol('metrics');

/** `live`: the process answers. `ready`: it can do its work now. */
@Controller()
export class HealthController {
  constructor(
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) private readonly metrics: Registry,
  ) {}

  @Get('health/live')
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('health/ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.health.report();
    await reply.status(report.ready ? 200 : 503).send(report);
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4')
  async show(): Promise<string> {
    return this.metrics.metrics();
  }
}
