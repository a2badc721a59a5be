import { Controller, Get, Res } from '@nestjs/common';
import { Field } from '#libs/contracts';
import { Equals } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/access.js';
import { InternalController } from '../http/internal-controller.js';
import { Answers } from '../openapi/answers.js';
import { Readiness } from './readiness.js';

class LiveAnswer {
  @Field({ data: 'operational', purpose: 'the process answers' })
  @Equals('live')
  status!: 'live';
}

const LIVE: LiveAnswer = { status: 'live' };
const LIVE_SUMMARY = 'Answers while the process runs.';

/** `live`: the process answers. The main listener serves it too, so that a load balancer can ask. */
@Controller('health')
export class LiveController {
  @Public()
  @Get('live')
  @Answers(LiveAnswer, LIVE_SUMMARY)
  live(): LiveAnswer {
    return LIVE;
  }
}

/** `ready`: the service can do its work now. */
@InternalController('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Public()
  @Get('live')
  @Answers(LiveAnswer, LIVE_SUMMARY)
  live(): LiveAnswer {
    return LIVE;
  }

  @Public()
  @Get('ready')
  @Answers(
    { mediaType: 'application/json', schema: { type: 'object', required: ['ready', 'checks'] } },
    'Tells with 200 or 503 whether the service can work now, with states and no counts.',
  )
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.readiness.states();
    await reply.status(report.ready ? 200 : 503).send(report);
  }
}
