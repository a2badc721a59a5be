import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/access.js';
import { InternalController } from '../http/internal-controller.js';
import { Readiness } from './readiness.js';

const LIVE = { status: 'live' } as const;

/** `live`: the process answers. The main listener serves it too, so that a load balancer can ask. */
@Controller('health')
export class LiveController {
  @Public()
  @Get('live')
  live(): typeof LIVE {
    return LIVE;
  }
}

/** `ready`: the service can do its work now. */
@InternalController('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Public()
  @Get('live')
  live(): typeof LIVE {
    return LIVE;
  }

  @Public()
  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.readiness.report();
    await reply.status(report.ready ? 200 : 503).send(report);
  }
}
